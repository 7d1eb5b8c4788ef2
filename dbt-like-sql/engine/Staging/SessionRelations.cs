using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Sql.Staging;

/// <summary>Relations of a DuckDB session by quoted two-part names, with the schemas that they lie in.</summary>
internal sealed class SessionRelations(DuckDbSession session)
{
    readonly HashSet<string> namespaces = new(StringComparer.Ordinal), tables = new(StringComparer.Ordinal);

    public async Task<string> ViewAsync(string name, string sql, CancellationToken cancel)
    {
        await NamespaceAsync(name, cancel);
        await session.ExecuteAsync($"create or replace view {name} as {sql}", cancel);
        return name;
    }

    public async Task<string> TableAsync(string name, string sql, CancellationToken cancel)
    {
        await NamespaceAsync(name, cancel);
        await session.ExecuteAsync($"create or replace table {name} as {sql}", cancel);
        tables.Add(name);
        return name;
    }

    public Task DropAsync(string name, CancellationToken cancel) =>
        session.ExecuteAsync($"drop {(tables.Remove(name) ? "table" : "view")} if exists {name}", cancel);

    /// <summary>Names of a query's columns; nothing is computed.</summary>
    public async Task<IReadOnlyList<string>> ColumnsAsync(string sql, CancellationToken cancel) =>
        [.. (await session.RowsAsync($"select column_name from (describe {sql}\n)", cancel)).Select(row => (string)row[0]!)];

    async Task NamespaceAsync(string name, CancellationToken cancel)
    {
        var space = name[..name.IndexOf('.', StringComparison.Ordinal)];
        if (namespaces.Add(space))
            await session.ExecuteAsync($"create schema if not exists {space}", cancel);
    }
}
