using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Exports;

/// <summary>
/// All that a day is built from as one DuckDB database, which dbt opens: sources before V, models' tables with the days before, and, in the
/// schema <c>dartlake</c>, what the project's macros for dbt ask for in the place of the engine.
/// </summary>
/// <param name="lake">Where the tables lie.</param>
/// <param name="engine">A connection that may write the database's file; the export uses it alone.</param>
/// <param name="request">Of one day. Its tables are those of the day's publication.</param>
/// <param name="before">Models' tables as they were before that publication.</param>
/// <param name="ownFunctions">Names of SQL functions that DuckDB has from dartlake alone.</param>
/// <param name="time">The clock.</param>
public sealed class DayDatabase(
    Lake lake,
    RunEngine engine,
    RunRequest request,
    IReadOnlyDictionary<TableIdent, Table> before,
    IReadOnlyCollection<string> ownFunctions,
    TimeProvider time)
{
    /// <summary>The database's name while it is written.</summary>
    const string Into = "exported";

    /// <summary>The schema of what the macros ask for.</summary>
    const string Own = "dartlake";

    /// <summary>Where an expression of a row rule names the rows.</summary>
    const string Alias = "{alias}";
    readonly HashSet<string> schemas = new(StringComparer.Ordinal);
    readonly DateOnly day = request.Days.Single();
    int tables;
    long rows;

    /// <param name="file">That is not there yet.</param>
    /// <param name="cancel">Ends it; what is written then is of no use.</param>
    /// <exception cref="LakeException">Invalid: a model is wrong.</exception>
    public async Task<DayExport> WriteAsync(string file, CancellationToken cancel)
    {
        var run = new ModelRun(lake, engine, request, Planner.Plan(request.Project, [day], [], [], []), time);
        await run.OpenAsync(cancel);
        var leftOut = new LeftOutModels(request.Project, run.Compiler, ownFunctions).Find(day);
        await engine.Execute($"attach {Quoted.Text(file)} as {Into}", cancel);
        try
        {
            await SourcesAsync(run.Relations, cancel);
            await ModelsAsync(run.Relations, leftOut, cancel);
            await RuleTablesAsync(run.Relations, cancel);
            await PublishedAsync(run.Relations, cancel);
            await MacrosAsync(run.Compiler, leftOut, cancel);
        }
        finally
        {
            await engine.Execute($"detach {Into}", CancellationToken.None);
        }
        return new([.. request.Project.Models.Keys.Order(StringComparer.Ordinal)], leftOut, tables, rows);
    }

    async Task SourcesAsync(RunRelations relations, CancellationToken cancel)
    {
        var read = request.Project.Models.Values.SelectMany(m => m.Sources).Concat(request.Project.Audits.SelectMany(a => a.Sources));
        foreach (var source in read.Append(ActNumber.Table).Distinct().Where(s => relations.TryTarget(s) is null).Order())
            await TableAsync(source.Namespace, source.Name, "select * from " + (source == NativeTables.Sessions ? NativeTables.SessionsView
                : source == NativeTables.Late ? NativeTables.LateOf(NativeTables.LateRows, day)
                : RunRelations.Name(source)), cancel);
        await TableAsync(Own, NativeTables.Sessions.Name, $"select * from {NativeTables.SessionsView}", cancel);
    }

    /// <summary>Tables of models with the rows of the days before; of those that dbt does not build the day's own, too.</summary>
    async Task ModelsAsync(RunRelations relations, IReadOnlyList<LeftOutModel> leftOut, CancellationToken cancel)
    {
        foreach (var model in request.Project.Models.Values.Where(m => m.IsPublished).OrderBy(m => m.Target))
        {
            var target = relations.Target(model.Target);
            var earlier = model.Materialization == Materialization.Day ? $"trade_date < {Quoted.Date(day)}" : "false";
            var sql = $"select * from {RunRelations.Name(model.Target)} where {earlier}";
            if (leftOut.Any(l => l.Model == model.Name))
                sql += $" union all by name select * from ({await engine.Reader(target.Table, [.. target.Published.Where(IsOfDay)], cancel)}) today";
            await TableAsync(model.Target.Namespace, model.Target.Name, sql, cancel);
        }

        bool IsOfDay(DataFile file) => StagedTable.Key(day).Equals(file.Partition);
    }

    /// <summary>Tables that row rules ask and no model writes, as they were published.</summary>
    async Task RuleTablesAsync(RunRelations relations, CancellationToken cancel)
    {
        var written = request.Project.Models.Values.Where(m => m.IsPublished).Select(m => m.Target);
        foreach (var table in request.Project.Models.Values.SelectMany(m => m.RuleTables).Distinct().Except(written).Order())
        {
            var target = relations.Target(table);
            await TableAsync(table.Namespace, table.Name, await engine.Reader(target.Table, target.Published, cancel), cancel);
        }
    }

    /// <summary>What <c>published</c> shows.</summary>
    async Task PublishedAsync(RunRelations relations, CancellationToken cancel)
    {
        var read = request.Project.Models.Values.SelectMany(m => m.PublishedRefs).Distinct(StringComparer.Ordinal);
        foreach (var model in read.Select(name => request.Project.Models[name]).OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            var table = before.GetValueOrDefault(model.Target) ?? relations.Target(model.Target).Table;
            var files = before.ContainsKey(model.Target) ? (await lake.Scan.PlanAsync(table, new(), cancel)).Files : [];
            await TableAsync("published", model.Name, await engine.Reader(table, files, cancel), cancel);
        }
    }

    async Task MacrosAsync(ModelCompiler compiler, IReadOnlyList<LeftOutModel> leftOut, CancellationToken cancel)
    {
        var names = compiler.Names(engine, null, day, onlyNew: false);
        var own = request.Project.Models.Values.Where(m => m.IsPublished).Select(request.Project.Contracts.Of);
        var contracts = TableContracts.All.Concat(own).DistinctBy(c => c.Name).OrderBy(c => c.Name, StringComparer.Ordinal).ToList();
        await ValuesAsync("row_rules", ["table_name varchar", "expression varchar"],
            contracts.Select(c => (string[])[Quoted.Text(c.Name), Quoted.Text(names.Broken(c, Alias, hasPlaces: true))]), cancel);
        await ValuesAsync("payload_columns", ["table_name varchar", "place integer", "name varchar", "type varchar"],
            from contract in contracts
            from column in contract.Payload.Index()
            let type = $"{column.Item.Type}"
            select (string[])[Quoted.Text(contract.Name), $"{column.Index}", Quoted.Text(column.Item.Name), Quoted.Text(type)],
            cancel);
        await ValuesAsync("left_out", ["model varchar", "reason varchar"],
            leftOut.Select(l => (string[])[Quoted.Text(l.Model), Quoted.Text(l.Reason)]), cancel);
    }

    async Task ValuesAsync(string name, IReadOnlyList<string> columns, IEnumerable<string[]> values, CancellationToken cancel)
    {
        var shown = string.Join("), (", values.Select(row => string.Join(", ", row)));
        var empty = string.Join(", ", columns.Select(c => c.Split(' ')).Select(c => $"cast(null as {c[1]}) as {Quoted.Name(c[0])}"));
        await TableAsync(Own, name, $"select {empty} where false{(shown.Length == 0 ? "" : $" union all select * from (values ({shown}))")}", cancel);
    }

    async Task TableAsync(string schema, string name, string sql, CancellationToken cancel)
    {
        if (schemas.Add(schema))
            await engine.Execute($"create schema {Into}.{Quoted.Name(schema)}", cancel);
        var table = $"{Into}.{Quoted.Name(schema)}.{Quoted.Name(name)}";
        await engine.Execute($"create table {table} as {sql}", cancel);
        rows += await engine.CountAsync($"select 1 as one from {table}", cancel);
        tables++;
    }
}
