using Dart.Lake.Schemas;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Materializations;

/// <summary>
/// Builds a model of a day: compiles its query and does with it what its <see cref="Materialization"/> says, one method each.
/// </summary>
internal sealed class Materializer(RunRelations relations, ModelCompiler compiler, StagingWriter writer, string runId)
{
    readonly RowSplit split = new(relations, compiler, writer);

    /// <summary>Rows staged, or held in memory; null for a view.</summary>
    /// <exception cref="LakeException">
    /// Invalid: the query is wrong, or its rows are not what the contract promises; the model's file is named.
    /// </exception>
    public async Task<long?> BuildAsync(Model model, DateOnly day, CancellationToken cancel)
    {
        var engine = relations.Engines.Of(model);
        var query = compiler.Compile(engine, model, day);
        var sql = Stamped(engine, model, query.Sql);
        try
        {
            return model.Materialization switch
            {
                Materialization.Ephemeral or Materialization.View => await ViewAsync(engine, model, sql, cancel),
                Materialization.Temp => await relations.KeepAsync(engine, RunRelations.Step(model.Name), sql, cancel),
                Materialization.Day or Materialization.Table when model.SplitsRows => await SplitAsync(engine, model, day, sql, cancel),
                Materialization.Day => await DayAsync(engine, model, day, sql, cancel),
                Materialization.Table => await TableAsync(engine, model, day, sql, cancel),
                _ => throw LakeException.Bug($"nothing is known of {model.Materialization}"),
            };
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Invalid or LakeErrorKind.Corrupt or LakeErrorKind.Unavailable)
        {
            throw query.Explained(e, day);
        }
    }

    /// <summary>Refuses a model that <see cref="BuildAsync"/> would; nothing is computed. What it reads comes before it.</summary>
    /// <exception cref="LakeException">Invalid: the same as of building.</exception>
    public async Task BindAsync(Model model, DateOnly day, CancellationToken cancel)
    {
        var engine = relations.Engines.Of(model);
        var query = compiler.Compile(engine, model, day);
        try
        {
            if (model.Materialization is Materialization.View or Materialization.Ephemeral)
            {
                // who has no views would find what is wrong in the model that reads this one
                await engine.Columns(query.Sql, cancel);
                await relations.ViewAsync(engine, RunRelations.Step(model.Name), query.Sql, cancel);
            }
            else if (!model.IsPublished)
                await relations.OutlineAsync(engine, RunRelations.Step(model.Name), query.Sql, cancel);
            else
                await engine.Check(
                    model.SplitsRows
                        ? await split.BindAsync(engine, model, day, query.Sql, cancel)
                        : Stamped(engine, model, query.Sql),
                    relations.Target(model.Target).Contract,
                    cancel);
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Invalid or LakeErrorKind.Corrupt or LakeErrorKind.Unavailable)
        {
            throw query.Explained(e, day);
        }
    }

    /// <summary>Rows of a mart say which publication they are of.</summary>
    string Stamped(RunEngine engine, Model model, string sql) =>
        model.IsPublished && model.Target.Namespace == LakeNames.Gold
            && relations.Target(model.Target).Contract.IndexOf(LakeNames.Publication) >= 0
            ? $"select built.*, {engine.Dialect.Text(runId)} as {Quoted.Name(LakeNames.Publication)} from (\n{sql}\n) built"
            : sql;

    /// <summary>
    /// A view that the engine reads where it is referred to. An ephemeral model is one too: the engine writes a view's query into its
    /// readers.
    /// </summary>
    async Task<long?> ViewAsync(RunEngine engine, Model model, string sql, CancellationToken cancel)
    {
        await relations.ViewAsync(engine, RunRelations.Step(model.Name), sql, cancel);
        return null;
    }

    /// <summary>Forgets rows that nobody of the run reads any more.</summary>
    public Task DropAsync(Model model, CancellationToken cancel) => relations.DropAsync(RunRelations.Step(model.Name), cancel);

    /// <summary>Files of the day that take the place of its partition at the publication.</summary>
    async Task<long?> DayAsync(RunEngine engine, Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var target = relations.Target(model.Target);
        var files = await writer.WriteDayAsync(engine, target, day, sql, cancel);
        // quarantine gathers rows of several models
        target.Stage(day, files, add: target.Ident == Quarantine.Ident);
        await relations.RefreshAsync(target, day, cancel);
        return files.Sum(f => f.RecordCount);
    }

    /// <summary>
    /// Files of all days that the rows have, which take the place of the whole table; what an earlier day of the run staged goes.
    /// </summary>
    async Task<long?> TableAsync(RunEngine engine, Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var target = relations.Target(model.Target);
        target.ReplacesAll = true;
        foreach (var old in target.StagedDays.ToList())
            target.Stage(old, []);
        var files = await writer.WriteAllAsync(engine, target, sql, cancel);
        foreach (var (at, file) in files)
            target.Stage(at, [file], add: true);
        // the publication has a snapshot of a table without a row, too
        if (!target.IsStaged)
            target.Stage(day, []);
        await relations.RefreshAsync(target, day, cancel);
        return files.Sum(f => f.File.RecordCount);
    }

    /// <summary>Rows that break a rule go to quarantine; the others are a day or a table.</summary>
    async Task<long?> SplitAsync(RunEngine engine, Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var kept = await split.QuarantineAsync(engine, model, day, sql, cancel);
        var count = model.Materialization == Materialization.Table
            ? await TableAsync(engine, model, day, kept, cancel)
            : await DayAsync(engine, model, day, kept, cancel);
        await split.DropAsync(cancel);
        return count;
    }
}
