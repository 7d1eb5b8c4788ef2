using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>Where new data files of a table go.</summary>
internal static class DataPath
{
    /// <summary>A location that no other file has: <c>LOCATION/data/PARTITION/RANDOM.parquet</c>.</summary>
    public static string New(string tableLocation, TableContract contract, PartitionKey key, IdSource ids) =>
        string.Join('/', ((string[])
        [
            FileLocation.Normal(tableLocation),
            "data",
            PartitionRows.Folder(contract.Partitions, contract.Columns, key),
            $"{ids.NewId():N}.parquet",
        ]).Where(part => part.Length > 0));
}
