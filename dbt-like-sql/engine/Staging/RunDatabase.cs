using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Staging;

/// <summary>The connection that a run works with. Calls come one at a time; each can be cancelled.</summary>
internal sealed class RunDatabase(RunEngine engine)
{
    public Task ExecuteAsync(string sql, CancellationToken cancel) => engine.Execute(sql, cancel);

    public Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancel) => engine.Rows(sql, cancel);

    public async Task<long> CountAsync(string sql, CancellationToken cancel) =>
        await QueryAsync($"select count(*)::bigint from ({sql}\n) counted", cancel) is [[{ } count]]
            ? Convert.ToInt64(count, CultureInfo.InvariantCulture) : throw LakeException.Bug("a count is one number");

    /// <summary>SQL that reads files of a table with its current schema.</summary>
    public Task<string> ReaderAsync(Table table, IReadOnlyList<DataFile> files, CancellationToken cancel) =>
        engine.Reader(table, files, cancel);

    /// <summary>Refuses a query whose columns and types are not the contract's; nothing is computed.</summary>
    public Task CheckAsync(string sql, TableContract contract, CancellationToken cancel) => engine.Check(sql, contract, cancel);

    /// <summary>Names and types of a query's columns; nothing is computed.</summary>
    public async Task<IReadOnlyList<(string Name, string Type)>> DescribeAsync(string sql, CancellationToken cancel) =>
        [.. (await QueryAsync($"select column_name, column_type from (describe {sql}\n)", cancel)).Select(row => ((string)row[0]!, (string)row[1]!))];
}
