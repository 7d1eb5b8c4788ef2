using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Materializations;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Execution;

/// <summary>
/// One run of models: executes the stages of a plan on files that no table shows, and publishes the tables that the plan names in one
/// commit. Dropped before the publication it leaves files that nothing refers to, and nothing else. Not thread-safe.
/// </summary>
public sealed class ModelRun : IAsyncDisposable
{
    readonly Lake lake;
    readonly RunRequest request;
    readonly Plan plan;
    readonly RunEngines engines;
    readonly RunRelations relations;
    readonly Materializer materializer;
    readonly AuditRunner audits;
    readonly StagingWriter writer = new();
    readonly ModelCompiler compiler;
    readonly TimeProvider time;
    readonly List<AuditOutcome> outcomes = [];
    readonly Dictionary<(TableIdent, DateOnly), long> rows = [];
    readonly Dictionary<string, TimeSpan> elapsed = new(StringComparer.Ordinal);
    static readonly TimeSpan longestEnd = TimeSpan.FromMinutes(1);
    IReadOnlySet<string> adopted = new HashSet<string>();

    /// <param name="lake">Where tables are read and written.</param>
    /// <param name="engine">The engine's connection; the run makes schemas and views in it and uses it alone.</param>
    /// <param name="request">What the run is for.</param>
    /// <param name="plan">What it does; of the request's project and days.</param>
    /// <param name="time">When audits were made, and how long stages took.</param>
    public ModelRun(Lake lake, RunEngine engine, RunRequest request, Plan plan, TimeProvider time)
        : this(lake, new RunTargets(engine, IdSource.System), request, plan, time)
    {
        // one engine builds all
    }

    /// <inheritdoc cref="ModelRun(Lake, RunEngine, RunRequest, Plan, TimeProvider)"/>
    /// <param name="targets">The engines; the run uses their connections alone.</param>
    public ModelRun(Lake lake, RunTargets targets, RunRequest request, Plan plan, TimeProvider time)
    {
        (this.lake, this.request, this.plan, this.time) = (lake, request, plan, time);
        engines = RunEngines.Of(lake, targets, request.RunId, AsksFor(targets.Embedded));
        relations = new(lake, engines, request.Project.Contracts.TryGet, request.Days, request.Targets, request.IsPlanned);
        compiler = new(request, relations);
        materializer = new(relations, compiler, writer, request.RunId);
        audits = new(engines, request.Project, compiler, time);
    }

    /// <summary>Whether a model or a seed is for an engine by itself, not by its layer.</summary>
    bool AsksFor(RunEngine engine) => request.Project.Seeds.Count > 0 || plan.Stages
        .Select(stage => stage is BuildStage build ? build.Model : (stage as AuditStage)?.Subject)
        .Any(name => name is not null && request.Project.Models.GetValueOrDefault(name)?.Engine == engine.Dialect);

    /// <summary>The run's tables, once it is open.</summary>
    internal RunRelations Relations => relations;

    /// <summary>The SQL of its models, once it is open.</summary>
    internal ModelCompiler Compiler => compiler;

    /// <summary>Makes everything that the plan's models read visible to the connection, and the tables that they write.</summary>
    public async Task OpenAsync(CancellationToken cancel)
    {
        var subjects = plan.Stages.OfType<AuditStage>().Select(s => s.Subject).ToHashSet(StringComparer.Ordinal);
        var built = plan.Stages.OfType<BuildStage>().Select(s => request.Project.Models[s.Model]).Distinct().ToList();
        var audited = request.Project.Models.Values.Where(m => subjects.Contains(m.Name)).ToList();
        var singular = request.Project.Audits.Where(a => subjects.Contains(a.Path)).ToList();
        await NativeTables.CreateCutAsync(relations, request.Cut, cancel);
        IReadOnlyList<DateOnly> shown = request.Around is { } around ? [.. request.Days, around] : request.Days;
        await NativeTables.CreateSessionsAsync(relations, request.Sessions, shown, cancel);
        await OpenTargetsAsync(built, audited, singular, cancel);
        var sources = built.SelectMany(m => m.Sources).Concat(singular.SelectMany(a => a.Sources));
        foreach (var source in sources.Where(s => !NativeTables.Has(s)).Distinct().ToList())
            await relations.OpenSourceAsync(source, request.Inputs.GetValueOrDefault(source), cancel);
        await relations.OpenActsAsync(request.Inputs.GetValueOrDefault(ActNumber.Table), cancel);
        await NativeTables.CreateLateAsync(relations, request.Inputs.Values, cancel);
        foreach (var seed in request.Project.Seeds.Values)
            await relations.KeepAsync(engines.Embedded, $"seeds.{Quoted.Name(seed.Name)}", SeedSql(seed), cancel);
    }

    /// <summary>Tables that models write or read; the days of those that the plan publishes are built anew.</summary>
    async Task OpenTargetsAsync(
        IReadOnlyList<Model> built,
        IReadOnlyList<Model> audited,
        IReadOnlyList<SingularAudit> singular,
        CancellationToken cancel)
    {
        var published = plan.Publication?.Tables.Select(TableIdent.Parse).ToHashSet() ?? [];
        var related = audited.SelectMany(m => m.Audits.OfType<RelationshipsAudit>()).Select(a => a.To);
        var read = built.SelectMany(m => m.Refs.Concat(m.PublishedRefs)).Concat(singular.SelectMany(a => a.Refs)).Concat(related)
            .Distinct(StringComparer.Ordinal).Select(request.Project.Models.GetValueOrDefault).OfType<Model>();
        foreach (var model in built.Concat(read).Concat(audited).Where(m => m.IsPublished).DistinctBy(m => m.Name))
            await relations.OpenTargetAsync(request.Project.Contracts.Of(model), published.Contains(model.Target), cancel);
        foreach (var table in built.SelectMany(m => m.RuleTables).Concat(published).Append(Quarantine.Ident).Distinct())
            await relations.OpenTargetAsync(request.Project.Contracts.Get(table.ToString()), published.Contains(table), cancel);
        // models add to it, if only one of them has a row
        if (published.Contains(Quarantine.Ident))
            foreach (var day in request.Days)
                relations.Target(Quarantine.Ident).Stage(day, []);
    }

    static string SeedSql(Seed seed)
    {
        var types = string.Join(", ", seed.Types.Select(t => $"{Quoted.Text(t.Key)}: {Quoted.Text(t.Value)}"));
        return $"select * from read_csv({Quoted.Text(seed.File)}, header = true{(types.Length == 0 ? "" : $", types = {{{types}}}")})";
    }

    /// <summary>
    /// Brings, builds and audits; the plan's publication waits for <see cref="PublishAsync"/>.
    /// Stops at the first stage whose audits fail with severity error, unless it shall go <paramref name="toTheEnd"/>.
    /// </summary>
    /// <exception cref="LakeException">Invalid: a model is wrong; its file is named.</exception>
    public async Task<RunResult> ExecuteAsync(IProgress<RunEvent>? progress, CancellationToken cancel, bool toTheEnd = false)
    {
        var uses = new LastUses(request.Project, plan);
        foreach (var (at, stage) in plan.Stages.Index())
        {
            switch (stage)
            {
                case BringStage bring:
                    await BringAsync(bring, cancel);
                    break;
                case BuildStage build:
                    await BuildAsync(build, progress, cancel);
                    break;
                case AuditStage audit:
                    await AuditAsync(audit, progress, cancel);
                    break;
            }
            foreach (var model in uses.After(at))
                await materializer.DropAsync(model, cancel);
            if (!toTheEnd && outcomes.Exists(o => o.Status == "fail"))
                break;
        }
        return new(rows, outcomes, elapsed);
    }

    /// <summary>Refuses what <see cref="ExecuteAsync"/> would of any data: models and audits that the engine cannot read.</summary>
    /// <exception cref="LakeException">Invalid: a model or an audit is wrong; its file and line are named.</exception>
    public async Task BindAsync(CancellationToken cancel)
    {
        foreach (var build in plan.Stages.OfType<BuildStage>())
            await materializer.BindAsync(request.Project.Models[build.Model], build.Day, cancel);
        foreach (var stage in plan.Stages.OfType<AuditStage>())
            if (request.Project.Models.TryGetValue(stage.Subject, out var model))
                foreach (var audit in model.Audits.Where(a => stage.Audits.Contains(a.Name)))
                    await audits.BindAsync(model, audit, stage.Day, cancel);
            else
                foreach (var audit in request.Project.Audits.Where(a => a.Path == stage.Subject))
                    await audits.BindAsync(audit, stage.Day, cancel);
    }

    async Task BringAsync(BringStage stage, CancellationToken cancel)
    {
        var sessions = relations.Target(TableIdent.Parse(stage.Table));
        await NativeTables.StageSessionsAsync(relations, writer, sessions, stage.Day, cancel);
        await relations.RefreshAsync(sessions, null, cancel);
    }

    async Task BuildAsync(BuildStage stage, IProgress<RunEvent>? progress, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        var model = request.Project.Models[stage.Model];
        var count = await materializer.BuildAsync(model, stage.Day, cancel);
        var by = engines.Staging is null ? "" : $" by {engines.Of(model).Dialect}";
        Tell(progress, stage.Day, model.Layer, stage.Table, count, start, (model.IsPublished ? "staged" : "built") + by);
        if (model.IsPublished)
            rows[(model.Target, stage.Day)] = count ?? 0;
    }

    async Task AuditAsync(AuditStage stage, IProgress<RunEvent>? progress, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        var found = new List<AuditOutcome>();
        if (request.Project.Models.TryGetValue(stage.Subject, out var model))
            foreach (var audit in model.Audits.Where(a => stage.Audits.Contains(a.Name)))
                found.Add(await audits.RunAsync(model, audit, stage.Day, cancel));
        else
            foreach (var audit in request.Project.Audits.Where(a => a.Path == stage.Subject))
                found.Add(await audits.RunAsync(audit, stage.Day, cancel));
        outcomes.AddRange(found);
        var message = string.Join(", ", found.Select(f => $"{f.Audit} {f.Status}"));
        Tell(progress, stage.Day, "audit", stage.Subject, found.Sum(f => f.Failures), start, message);
    }

    void Tell(IProgress<RunEvent>? progress, DateOnly day, string layer, string subject, long? count, long start, string message)
    {
        var took = time.GetElapsedTime(start);
        elapsed[layer] = elapsed.GetValueOrDefault(layer) + took;
        progress?.Report(new(day, layer, subject, count, took, message));
    }

    /// <summary>How queries of <see cref="QueryAsync"/> are written.</summary>
    public SqlDialect Dialect => Asked.Dialect;

    RunEngine Asked => engines.Of(RunEngines.Layers[^1]);

    /// <summary>
    /// A query over what the run sees: tables by name, with what is staged. For reconciliation and reports; who builds the last layer
    /// answers.
    /// </summary>
    public Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancel) => Asked.Rows(
        TablesByName.Replace(sql, Dialect.Lexer, (ns, name) => relations.TrySql(Asked, RunRelations.Name(new(ns, name)))), cancel);

    /// <summary>Shows a source that no model reads to <see cref="QueryAsync"/>.</summary>
    public Task OpenSourceAsync(TableIdent ident, CancellationToken cancel) =>
        relations.OpenSourceAsync(ident, request.Inputs.GetValueOrDefault(ident), cancel);

    /// <summary>
    /// Makes the tables of the plan's publication visible in one commit, with the audits' results, the tags, and the ledger's rows;
    /// of a plan that publishes nothing there is none.
    /// </summary>
    /// <exception cref="LakeException">Conflict: somebody else wrote to one of the tables meanwhile.</exception>
    public async Task<IReadOnlyList<Table>> PublishAsync(PublicationRequest publication, CancellationToken cancel)
    {
        if (outcomes.Exists(o => o.Status == "fail"))
            throw LakeException.Invalid("an audit failed; nothing is published");
        await StageResultsAsync(cancel);
        if (plan.Publication is not { } stage)
            return [];
        // an answer that is lost, or an error after the commit, leaves them published
        adopted = relations.Targets.SelectMany(t => t.AllStaged).Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        try
        {
            return await new Publisher(lake, request).PublishAsync(
                stage, relations.Targets, publication with { Forgotten = engines.Staging?.Made ?? [] }, cancel);
        }
        catch (LakeException e) when (!e.OutcomeIsUnknown)
        {
            adopted = new HashSet<string>();
            throw;
        }
    }

    /// <summary>What other engines have left for the run is gone but for what it has published.</summary>
    public async ValueTask DisposeAsync()
    {
        if (engines.Staging is not { } staging)
            return;
        using var limit = new CancellationTokenSource(longestEnd, time);
        try
        {
            await staging.EndAsync(adopted, limit.Token);
        }
        catch (Exception e) when (e is LakeException or OperationCanceledException)
        {
            // what it was about has happened, or has failed for another reason; the next run clears up
        }
    }

    async Task StageResultsAsync(CancellationToken cancel)
    {
        var engine = engines.Of(RunEngines.Layers[^1]);
        foreach (var day in outcomes.GroupBy(o => o.Day))
        {
            var target = relations.Target(NativeTables.Results);
            var values = string.Join("), (", day.Select(found => ResultSql(engine.Dialect, found)));
            var columns = string.Join(", ", target.Contract.Columns.Select(c => Quoted.Name(c.Name)));
            var sql = $"select * from (values ({values})) results ({columns})";
            target.Stage(day.Key, await writer.WriteDayAsync(engine, target, day.Key, sql, cancel));
        }
    }

    string ResultSql(SqlDialect dialect, AuditOutcome found) => string.Join(", ",
    [
        Quoted.Date(found.Day), dialect.Text(request.RunId), dialect.Text(found.Subject), dialect.Text(found.Audit),
        dialect.Text(found.Status),
        $"cast({found.Failures} as bigint)", dialect.Instant((found.CheckedAt - DateTimeOffset.UnixEpoch).Ticks / 10),
    ]);
}
