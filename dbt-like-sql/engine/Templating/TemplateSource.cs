namespace Dart.Lake.Sql.Templating;

/// <summary>A template's text and the name that errors show.</summary>
internal sealed record TemplateSource(string File, string Text)
{
    /// <summary>An Invalid error at a line of this file.</summary>
    public LakeException Wrong(int line, string what) => LakeException.Invalid($"{File}:{line}: {what}");
}
