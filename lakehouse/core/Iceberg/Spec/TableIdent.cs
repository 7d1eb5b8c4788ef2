namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>A table's name in a catalog: one namespace level and a name, both lower case.</summary>
public sealed record TableIdent(string Namespace, string Name) : IComparable<TableIdent>
{
    /// <summary>Parses <c>namespace.name</c>.</summary>
    /// <exception cref="LakeException">Invalid: not two non-empty parts.</exception>
    public static TableIdent Parse(string text)
    {
        var parts = text.Split('.');
        return parts is [{ Length: > 0 } ns, { Length: > 0 } name]
            ? new(ns, name)
            : throw LakeException.Invalid($"'{text}' is not a table name; write namespace.table, for example gold.daily_pnl");
    }

    public int CompareTo(TableIdent? other) => string.CompareOrdinal(ToString(), other?.ToString());

    public override string ToString() => $"{Namespace}.{Name}";
}
