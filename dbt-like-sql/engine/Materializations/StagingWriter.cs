using Dart.Lake.Lakehouse.Iceberg;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Sql.Materializations;

/// <summary>Writes a query's rows as durable Parquet files below a table's folder. Nothing refers to them until the publication.</summary>
internal sealed class StagingWriter(RunDatabase database, ExportRows export, IdSource ids)
{
    /// <summary>Writes one day's rows.</summary>
    /// <returns>The file, or null when there is no row.</returns>
    /// <exception cref="LakeException">Invalid: a row of another day, or a null where the contract has none.</exception>
    public async Task<DataFile?> WriteDayAsync(StagedTable target, DateOnly day, string sql, CancellationToken cancel)
    {
        var folder = Path.Combine(FileLocation.ToPath(target.Table.Metadata.Location), "data", $"trade_date={day:yyyy-MM-dd}");
        var path = Path.Combine(folder, $"{ids.NewId():N}.parquet");
        var order = target.Contract.Sort.Count == 0 ? "" : $" order by {string.Join(", ", target.Contract.Sort.Select(Quoted.Name))}";
        await export(new(sql + order, path, target.Contract), cancel);
        var file = await FooterMetrics.ReadAsync(path, target.Table.Metadata.Schema, StagedTable.Key(day), cancel);
        if (file.RecordCount == 0)
        {
            File.Delete(path);
            return null;
        }
        foreach (var column in target.Contract.Columns.Where(c => !c.Nullable))
            if (file.NullValueCounts.GetValueOrDefault(column.Id) is > 0 and var nulls)
                throw LakeException.Invalid($"{target.Ident}: {nulls} of {file.RecordCount} rows of {day:yyyy-MM-dd} have no {column.Name}, which the contract demands");
        return file;
    }

    /// <summary>Writes the rows of all days that the query has, one file a day.</summary>
    public async Task<IReadOnlyList<(DateOnly Day, DataFile File)>> WriteAllAsync(StagedTable target, string sql, CancellationToken cancel)
    {
        var files = new List<(DateOnly, DataFile)>();
        foreach (var row in await database.QueryAsync($"select distinct trade_date from ({sql}\n) days order by 1", cancel))
        {
            var day = row[0] switch
            {
                DateOnly date => date,
                DateTime time => DateOnly.FromDateTime(time),
                _ => throw LakeException.Invalid($"{target.Ident}: a row has no trade_date"),
            };
            if (await WriteDayAsync(target, day, $"select * from ({sql}\n) days where trade_date = {Quoted.Date(day)}", cancel) is { } file)
                files.Add((day, file));
        }
        return files;
    }
}
