namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>The columns of a Parquet file at its top level, as its footer has them.</summary>
internal sealed record FileShape(IReadOnlyList<FileColumn> Columns, bool HasIds)
{
    /// <summary>Whether two columns have names that differ in nothing but case, which DuckDB does not tell apart.</summary>
    public bool IsAmbiguous { get; } =
        Columns.Select(c => c.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() < Columns.Count;
}

/// <summary>
/// A column of a file. <paramref name="Type"/> is DuckDB's, INT96 for that physical type, and null for what is nested.
/// </summary>
internal sealed record FileColumn(string Name, int? FieldId, string? Type);
