using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>Statistics of a table that are written, and not yet named by it.</summary>
public sealed record AnalyzedTable
{
    internal AnalyzedTable(Table table, StatisticsFile statistics) => (Table, Statistics) = (table, statistics);

    /// <summary>As it was read.</summary>
    public Table Table { get; }

    internal StatisticsFile Statistics { get; }

    /// <summary>That have a sketch.</summary>
    public int Columns => Statistics.Blobs.Count;

    /// <summary>That were opened; of others the manifests told, or statistics of an earlier state.</summary>
    public int Files { get; init; }

    /// <summary>Whose rows the statistics of an earlier state told of. They are opened for columns that had none.</summary>
    public int KnownFiles { get; init; }

    /// <summary>In the files that were opened.</summary>
    public long Rows { get; init; }
}
