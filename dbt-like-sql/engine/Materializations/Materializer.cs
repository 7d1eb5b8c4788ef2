using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Materializations;

/// <summary>Builds a model of a day: compiles its query, holds it against the contract, and stages its rows.</summary>
internal sealed class Materializer(RunDatabase database, RunRelations relations, ModelCompiler compiler, StagingWriter writer)
{
    /// <summary>Rows staged, or held in memory; null for a view.</summary>
    public async Task<long?> BuildAsync(Model model, DateOnly day, CancellationToken cancel)
    {
        var sql = compiler.Compile(model, day);
        try
        {
            return model.Materialization switch
            {
                Materialization.Ephemeral or Materialization.View => await ViewAsync(model, sql, cancel),
                Materialization.Temp => await TempAsync(model, sql, cancel),
                _ => await StageAsync(model, day, sql, cancel),
            };
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid && !e.Message.StartsWith(model.Path, StringComparison.Ordinal))
        {
            throw LakeException.Invalid($"{model.Path} ({day:yyyy-MM-dd}): {e.Message}", e);
        }
    }

    async Task<long?> ViewAsync(Model model, string sql, CancellationToken cancel)
    {
        await relations.ViewAsync($"work.{Quoted.Name(model.Name)}", sql, cancel);
        return null;
    }

    async Task<long?> TempAsync(Model model, string sql, CancellationToken cancel)
    {
        var name = $"work.{Quoted.Name(model.Name)}";
        await relations.TableAsync(name, sql, cancel);
        return await database.CountAsync($"select 1 from {name}", cancel);
    }

    async Task<long?> StageAsync(Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var target = relations.TryTarget(model.Target) ?? throw LakeException.Bug($"{model.Target} was not opened");
        return model.SplitsRows ? await SplitAsync(model, target, day, sql, cancel) : await StageRowsAsync(model, target, day, sql, cancel);
    }

    async Task<long> StageRowsAsync(Model model, StagedTable target, DateOnly day, string rows, CancellationToken cancel)
    {
        long count = 0;
        if (model.Materialization == Materialization.Table)
        {
            target.ReplacesAll = true;
            foreach (var old in target.StagedDays.ToList())
                target.Stage(old, []);
            foreach (var (at, file) in await writer.WriteAllAsync(target, rows, cancel))
            {
                target.Stage(at, [file]);
                count += file.RecordCount;
            }
            if (!target.IsStaged)
                target.Stage(day, []);
        }
        else
        {
            var files = await writer.WriteDayAsync(target, day, rows, cancel);
            // quarantine gathers rows of several models
            target.Stage(day, files, add: target.Ident == Quarantine.Ident);
            count = files.Sum(f => f.RecordCount);
        }
        await relations.RefreshAsync(target, day, cancel);
        return count;
    }

    async Task<long?> SplitAsync(Model model, StagedTable target, DateOnly day, string sql, CancellationToken cancel)
    {
        const string split = "work.split_rows";
        var described = await database.DescribeAsync(sql, cancel);
        foreach (var (name, _) in described)
            if (target.Contract.IndexOf(name) < 0 && !Quarantine.Columns.Contains(name))
                throw LakeException.Invalid($"the query has {name}, which the contract of {target.Contract.Name} lacks; leave it out or add it to the contract");
        var rule = RowRuleSql.Broken(target.Contract, "rows", compiler.Names(model, day, onlyNew: false).RuleTable);
        await relations.TableAsync(split, $"select rows.*, {rule} as {Quarantine.Rule} from ({sql}\n) rows", cancel);
        if (await database.CountAsync($"select 1 from {split} where {Quarantine.Rule} is not null", cancel) > 0)
        {
            var quarantine = relations.TryTarget(Quarantine.Ident) ?? throw LakeException.Bug("quarantine was not opened");
            var rows = Quarantine.Select(quarantine.Contract, target.Contract, split, [.. described.Select(c => c.Name)], day);
            quarantine.Stage(day, await writer.WriteDayAsync(quarantine, day, rows, cancel), add: true);
            await relations.RefreshAsync(quarantine, day, cancel);
        }
        var columns = string.Join(", ", described.Where(c => target.Contract.IndexOf(c.Name) >= 0).Select(c => Quoted.Name(c.Name)));
        var count = await StageRowsAsync(model, target, day, $"select {columns} from {split} where {Quarantine.Rule} is null", cancel);
        await database.ExecuteAsync($"drop table {split}", cancel);
        return count;
    }
}
