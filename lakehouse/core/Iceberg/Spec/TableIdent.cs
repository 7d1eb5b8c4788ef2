namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>
/// A table's name in a catalog: namespace and name. Namespaces of ours are one level and lower case; the levels of another one have dots
/// between them.
/// </summary>
public sealed record TableIdent(string Namespace, string Name) : IComparable<TableIdent>
{
    /// <summary>Parses <c>namespace.name</c>, or <c>level.level.name</c> of a nested namespace.</summary>
    /// <exception cref="LakeException">Invalid: fewer than two parts, or an empty one.</exception>
    public static TableIdent Parse(string text)
    {
        var parts = text.Split('.');
        return parts.Length > 1 && parts.All(part => part.Length > 0)
            ? new(string.Join('.', parts[..^1]), parts[^1])
            : throw LakeException.Invalid($"'{text}' is not a table name; write namespace.table, for example gold.daily_pnl");
    }

    /// <summary>The table that a name of any case means: the one that is spelled so, else the only one that differs in case.</summary>
    /// <returns>null when there is none.</returns>
    /// <exception cref="LakeException">Invalid: several differ in case, and none is spelled so.</exception>
    public TableIdent? FindIn(IEnumerable<TableIdent> tables)
    {
        var close = tables
            .Where(t => ToString().Equals(t.ToString(), StringComparison.OrdinalIgnoreCase))
            .Distinct()
            .Order()
            .ToList();
        return close.Contains(this) ? this
            : close.Count <= 1 ? close.SingleOrDefault()
            : throw LakeException.Invalid($"'{this}' could be {string.Join(" or ", close)}; write one of them exactly");
    }

    public int CompareTo(TableIdent? other) => string.CompareOrdinal(ToString(), other?.ToString());

    public override string ToString() => $"{Namespace}.{Name}";
}
