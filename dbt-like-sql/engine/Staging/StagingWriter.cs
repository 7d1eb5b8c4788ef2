using Dart.Lake.Lakehouse.Iceberg.Manifests;

namespace Dart.Lake.Sql.Staging;

/// <summary>Writes a query's rows as files below a table's folder. Nothing refers to them until the publication.</summary>
internal sealed class StagingWriter
{
    /// <summary>Writes one day's rows; no file when there is no row.</summary>
    /// <exception cref="LakeException">Invalid: a row of another day, or what the contract refuses.</exception>
    public async Task<IReadOnlyList<DataFile>> WriteDayAsync(
        RunEngine engine, StagedTable target, DateOnly day, string sql, CancellationToken cancel)
    {
        var files = await engine.Export(sql, target.Contract, target.Table.Metadata.Location, StagedTable.Key(day), cancel);
        var others = files.Where(f => !f.Partition.Equals(StagedTable.Key(day))).Sum(f => f.RecordCount);
        return others == 0 ? files : throw LakeException.Invalid($"{target.Ident}: {others} rows have another trade_date than the day that is built, {day:yyyy-MM-dd}");
    }

    /// <summary>Writes the rows of all days that the query has.</summary>
    public async Task<IReadOnlyList<(DateOnly Day, DataFile File)>> WriteAllAsync(
        RunEngine engine, StagedTable target, string sql, CancellationToken cancel) =>
        [.. (await engine.Export(
            sql, target.Contract, target.Table.Metadata.Location, null, cancel)).Select(file => (StagedTable.Day(file.Partition), file))];
}
