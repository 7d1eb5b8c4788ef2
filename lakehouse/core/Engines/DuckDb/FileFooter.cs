using System.Buffers.Binary;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>What the footer of a file that was just written proves of its rows. False is a doubt: the rows must be asked.</summary>
internal sealed class FileFooter(DataFile file, TableContract contract)
{
    /// <summary>Whether no required column has a null.</summary>
    public bool HasRequired => contract.Columns.All(c => c.Nullable || Nulls(c) == 0);

    /// <summary>Whether all rows are of a partition: of each source its bounds are the same value.</summary>
    public bool IsOf(PartitionKey key) => key.Values.Count == contract.Partitions.Count && contract.Partitions.Zip(key.Values).All(pair =>
        pair.First.Transform == "identity" && pair.Second is int day
        && contract.Column(pair.First.Source) is { Type.Kind: ColumnKind.Int or ColumnKind.Date } column
        && Nulls(column) == 0 && Bounds(column) == (day, day));

    /// <summary>Whether no reader stumbles over version 2 (see <see cref="ExportQuery"/>: wide ints, groups without a text).</summary>
    public bool FitsVersion2 => contract.Columns.All(c => c.Type.Kind switch
    {
        ColumnKind.Int => Bounds(c) is var (least, most) && (long)most - least <= int.MaxValue,
        ColumnKind.String or ColumnKind.Binary => !c.Nullable || Nulls(c) is { } nulls
            && (nulls == 0 || nulls < file.RecordCount && file.RecordCount <= ExportQuery.RowsOfGroup),
        _ => true,
    });

    long? Nulls(ContractColumn column) => file.NullValueCounts.TryGetValue(column.Id, out var nulls) ? nulls : null;

    (int Least, int Most)? Bounds(ContractColumn column) =>
        file.LowerBounds.TryGetValue(column.Id, out var least) && file.UpperBounds.TryGetValue(column.Id, out var most)
        && least.Length == 4 && most.Length == 4
            ? (BinaryPrimitives.ReadInt32LittleEndian(least), BinaryPrimitives.ReadInt32LittleEndian(most))
            : null;
}
