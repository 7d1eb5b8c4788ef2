namespace Dart.Lake.Sql.Loading;

/// <summary>Vars of a command line.</summary>
public static class ProjectVars
{
    /// <summary>The vars of a YAML or JSON mapping, such as <c>{floor: 5, desks: [a, b]}</c>; of an empty text none.</summary>
    /// <exception cref="LakeException">Invalid: it is no mapping.</exception>
    public static IReadOnlyDictionary<string, object?> Parse(string text)
    {
        try
        {
            return YamlFile.Read("--vars", text);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            throw LakeException.Invalid($"{e.Message}; write the vars as YAML or JSON: --vars '{{floor: 5}}'", e);
        }
    }
}
