using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Materializations;

/// <summary>
/// Builds a model of a day: compiles its query and does with it what its <see cref="Materialization"/> says, one method each.
/// </summary>
internal sealed class Materializer(RunDatabase database, RunRelations relations, ModelCompiler compiler, StagingWriter writer)
{
    readonly RowSplit split = new(database, relations, compiler, writer);

    /// <summary>Rows staged, or held in memory; null for a view.</summary>
    /// <exception cref="LakeException">
    /// Invalid: the query is wrong, or its rows are not what the contract promises; the model's file is named.
    /// </exception>
    public async Task<long?> BuildAsync(Model model, DateOnly day, CancellationToken cancel)
    {
        var query = compiler.Compile(model, day);
        var sql = query.Sql;
        try
        {
            return model.Materialization switch
            {
                Materialization.Ephemeral or Materialization.View => await ViewAsync(model, sql, cancel),
                Materialization.Temp => await TempAsync(model, sql, cancel),
                Materialization.Day or Materialization.Table when model.SplitsRows => await SplitAsync(model, day, sql, cancel),
                Materialization.Day => await DayAsync(model, day, sql, cancel),
                Materialization.Table => await TableAsync(model, day, sql, cancel),
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
        var query = compiler.Compile(model, day);
        try
        {
            if (!model.IsPublished)
                await relations.ViewAsync($"work.{Quoted.Name(model.Name)}", query.Sql, cancel);
            else
                await database.CheckAsync(
                    model.SplitsRows ? await split.BindAsync(model, day, query.Sql, cancel) : query.Sql,
                    relations.Target(model.Target).Contract,
                    cancel);
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Invalid or LakeErrorKind.Corrupt or LakeErrorKind.Unavailable)
        {
            throw query.Explained(e, day);
        }
    }

    /// <summary>
    /// A view that the engine reads where it is referred to. An ephemeral model is one too: the engine writes a view's query into its
    /// readers.
    /// </summary>
    async Task<long?> ViewAsync(Model model, string sql, CancellationToken cancel)
    {
        await relations.ViewAsync($"work.{Quoted.Name(model.Name)}", sql, cancel);
        return null;
    }

    /// <summary>Forgets rows in the engine's memory that nobody reads any more.</summary>
    public Task DropAsync(Model model, CancellationToken cancel) => database.ExecuteAsync($"drop table if exists work.{Quoted.Name(model.Name)}", cancel);

    /// <summary>Rows in the engine's memory, until nobody of the day reads them any more.</summary>
    async Task<long?> TempAsync(Model model, string sql, CancellationToken cancel)
    {
        var name = $"work.{Quoted.Name(model.Name)}";
        await relations.TableAsync(name, sql, cancel);
        return await database.CountAsync($"select 1 from {name}", cancel);
    }

    /// <summary>Files of the day that take the place of its partition at the publication.</summary>
    async Task<long?> DayAsync(Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var target = relations.Target(model.Target);
        var files = await writer.WriteDayAsync(target, day, sql, cancel);
        // quarantine gathers rows of several models
        target.Stage(day, files, add: target.Ident == Quarantine.Ident);
        await relations.RefreshAsync(target, day, cancel);
        return files.Sum(f => f.RecordCount);
    }

    /// <summary>
    /// Files of all days that the rows have, which take the place of the whole table; what an earlier day of the run staged goes.
    /// </summary>
    async Task<long?> TableAsync(Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var target = relations.Target(model.Target);
        target.ReplacesAll = true;
        foreach (var old in target.StagedDays.ToList())
            target.Stage(old, []);
        var files = await writer.WriteAllAsync(target, sql, cancel);
        foreach (var (at, file) in files)
            target.Stage(at, [file]);
        // the publication has a snapshot of a table without a row, too
        if (!target.IsStaged)
            target.Stage(day, []);
        await relations.RefreshAsync(target, day, cancel);
        return files.Sum(f => f.File.RecordCount);
    }

    /// <summary>Rows that break a rule go to quarantine; the others are a day or a table.</summary>
    async Task<long?> SplitAsync(Model model, DateOnly day, string sql, CancellationToken cancel)
    {
        var kept = await split.QuarantineAsync(model, day, sql, cancel);
        var count = model.Materialization == Materialization.Table
            ? await TableAsync(model, day, kept, cancel)
            : await DayAsync(model, day, kept, cancel);
        await split.DropAsync(cancel);
        return count;
    }
}
