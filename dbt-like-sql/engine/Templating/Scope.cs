namespace Dart.Lake.Sql.Templating;

/// <summary>Names of a block, above those of the blocks around it.</summary>
internal sealed class Scope(Scope? parent, IReadOnlyDictionary<string, object?>? given = null)
{
    readonly Dictionary<string, object?> names = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => names[name] = value;

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope.names.TryGetValue(name, out value) || scope.Given is not null && scope.Given.TryGetValue(name, out value))
                return true;
        value = null;
        return false;
    }

    Scope? Outer => parent;

    IReadOnlyDictionary<string, object?>? Given => given;
}
