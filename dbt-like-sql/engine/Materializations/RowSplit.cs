using Dart.Lake.Schemas;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Materializations;

/// <summary>Splits a model's rows by the row rules of its contract: broken ones are staged in quarantine.</summary>
internal sealed class RowSplit(RunRelations relations, ModelCompiler compiler, StagingWriter writer)
{
    const string Rows = "work.split_rows";

    /// <summary>
    /// Stages the rows that break a rule, and gives the SQL of the others with the contract's columns; it reads until
    /// <see cref="DropAsync"/>.
    /// </summary>
    /// <exception cref="LakeException">Invalid: the query has a column that neither the contract nor quarantine has.</exception>
    public async Task<string> QuarantineAsync(RunEngine engine, Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var contract = relations.Target(model.Target).Contract;
        var columns = await ColumnsAsync(engine, contract, sql, cancel);
        await relations.KeepAsync(engine, Rows, Judged(engine, model, day, sql, columns), cancel);
        var rows = relations.Sql(engine, Rows);
        if (await engine.CountAsync($"select 1 as one from {rows} rows where {Quarantine.Rule} is not null", cancel) > 0)
        {
            var quarantine = relations.Target(Quarantine.Ident);
            var broken = Quarantine.Select(quarantine.Contract, contract, rows, columns, day, engine.Dialect);
            quarantine.Stage(day, await writer.WriteDayAsync(engine, quarantine, day, broken, cancel), add: true);
            await relations.RefreshAsync(quarantine, day, cancel);
        }
        return Kept(contract, columns, $"{rows} rows");
    }

    /// <summary>The SQL of the rows that a split would keep, of a query that can be split; nothing is computed.</summary>
    /// <exception cref="LakeException">Invalid: as of splitting.</exception>
    public async Task<string> BindAsync(RunEngine engine, Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var contract = relations.Target(model.Target).Contract;
        var columns = await ColumnsAsync(engine, contract, sql, cancel);
        return Kept(contract, columns, $"({Judged(engine, model, day, sql, columns)}) judged");
    }

    async Task<IReadOnlyList<string>> ColumnsAsync(
        RunEngine engine, TableContract contract, string sql, CancellationToken cancel)
    {
        var described = await engine.Columns(sql, cancel);
        foreach (var name in described)
            if (contract.IndexOf(name) < 0 && !Quarantine.Columns.Contains(name))
                throw LakeException.Invalid(
                    $"the query has {name}, which the contract of {contract.Name} lacks; leave it out or add it to the contract");
        return described;
    }

    /// <summary>The rows with the rule that each breaks.</summary>
    string Judged(RunEngine engine, Model model, DateOnly day, string sql, IReadOnlyList<string> columns)
    {
        var contract = relations.Target(model.Target).Contract;
        var rule = compiler.Names(engine, model, day, onlyNew: false).Broken(contract, "rows", RunRelations.HasCoordinates(columns));
        return $"select rows.*, {rule} as {Quarantine.Rule} from ({sql}\n) rows";
    }

    static string Kept(TableContract contract, IReadOnlyList<string> columns, string rows) =>
        $"select {string.Join(", ", columns.Where(c => contract.IndexOf(c) >= 0).Select(Quoted.Name))} from {rows} where {Quarantine.Rule} is null";

    public Task DropAsync(CancellationToken cancel) => relations.DropAsync(Rows, cancel);
}
