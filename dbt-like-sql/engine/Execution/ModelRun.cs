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
/// One run of models: executes the stages of a plan on files that no table shows, and publishes them all in one commit.
/// Dropped before the publication it leaves files that nothing refers to, and nothing else. Not thread-safe.
/// </summary>
public sealed class ModelRun
{
    readonly Lake lake;
    readonly RunRequest request;
    readonly RunDatabase database;
    readonly RunRelations relations;
    readonly Materializer builder;
    readonly AuditRunner audits;
    readonly StagingWriter writer;
    readonly TimeProvider time;
    readonly List<AuditOutcome> outcomes = [];
    readonly Dictionary<(TableIdent, DateOnly), long> rows = [];
    readonly Dictionary<string, TimeSpan> elapsed = new(StringComparer.Ordinal);

    /// <param name="lake">Where tables are read and written.</param>
    /// <param name="engine">The engine's connection; the run makes schemas and views in it and uses it alone.</param>
    /// <param name="request">What the run is for.</param>
    /// <param name="time">When audits were made, and how long stages took.</param>
    public ModelRun(Lake lake, RunEngine engine, RunRequest request, TimeProvider time)
    {
        (this.lake, this.request, this.time) = (lake, request, time);
        database = new(engine);
        relations = new(lake, database, request.Days);
        var compiler = new ModelCompiler(request, relations);
        writer = new(engine);
        builder = new(database, relations, compiler, writer);
        audits = new(database, compiler, time);
    }

    /// <summary>Makes everything that the plan's models read visible to the connection, and the tables that they write.</summary>
    public async Task OpenAsync(Plan plan, CancellationToken cancel)
    {
        var project = request.Project;
        var built = plan.Stages.OfType<BuildStage>().Select(s => project.Models[s.Model]).Distinct().ToList();
        var audited = plan.Stages.OfType<AuditStage>().Select(s => project.Models.GetValueOrDefault(s.Subject)).OfType<Model>();
        var singular = plan.Stages.OfType<AuditStage>().SelectMany(s => project.Audits.Where(a => a.Path == s.Subject)).Distinct().ToList();
        await NativeTables.CreateCutAsync(relations, request.Cut, cancel);
        await NativeTables.CreateSessionsAsync(relations, request.Sessions, [.. request.Days, .. request.Around is { } around ? new[] { around } : []], cancel);
        await OpenTargetsAsync(built, singular.SelectMany(a => a.Refs).Concat(audited.SelectMany(m => m.Audits.OfType<RelationshipsAudit>().Select(a => a.To).Append(m.Name))), cancel);
        var sources = built.SelectMany(m => m.Sources).Concat(singular.SelectMany(a => a.Sources)).Where(s => !NativeTables.Has(s)).Distinct().ToList();
        foreach (var source in sources)
            await relations.OpenSourceAsync(source, request.Inputs.GetValueOrDefault(source), cancel);
        await NativeTables.CreateLateAsync(relations, request.Inputs.Values, cancel);
        foreach (var seed in project.Seeds.Values)
            await relations.TableAsync($"seeds.{Quoted.Name(seed.Name)}", SeedSql(seed), cancel);
    }

    async Task OpenTargetsAsync(IReadOnlyList<Model> built, IEnumerable<string> alsoRead, CancellationToken cancel)
    {
        var project = request.Project;
        var read = built.SelectMany(m => m.Refs.Concat(m.PublishedRefs)).Concat(alsoRead).Distinct(StringComparer.Ordinal).Select(project.Models.GetValueOrDefault).OfType<Model>();
        foreach (var model in built.Concat(read).Where(m => m.IsPublished).DistinctBy(m => m.Name))
            await relations.OpenTargetAsync(Contract(model), built.Contains(model), cancel);
        foreach (var table in built.SelectMany(m => m.RuleTables).Distinct())
            if (relations.TryTarget(table) is null)
                await relations.OpenTargetAsync(TableContracts.Get(table.ToString()), table == NativeTables.Sessions, cancel);
        await relations.OpenTargetAsync(TableContracts.Get("dq.results"), isBuilt: true, cancel);
        var quarantine = await relations.OpenTargetAsync(TableContracts.Get(Quarantine.Ident.ToString()), built.Any(m => m.SplitsRows), cancel);
        if (built.Any(m => m.SplitsRows))
            foreach (var day in request.Days)
                quarantine.Stage(day, []);
        var sessions = await relations.OpenTargetAsync(TableContracts.Get(NativeTables.Sessions.ToString()), isBuilt: true, cancel);
        await NativeTables.StageSessionsAsync(writer, sessions, request.Days, cancel);
        await relations.RefreshAsync(sessions, null, cancel);
    }

    static TableContract Contract(Model model) => TableContracts.TryGet(model.Target.ToString())
        ?? throw LakeException.Invalid($"{model.Path}: there is no contract of {model.Target}; write schemas/tables/{model.Target.Namespace}/{model.Target.Name}.yml");

    static string SeedSql(Seed seed)
    {
        var types = seed.Types.Count == 0 ? "" : $", types = {{{string.Join(", ", seed.Types.Select(t => $"{Quoted.Text(t.Key)}: {Quoted.Text(t.Value)}"))}}}";
        return $"select * from read_csv({Quoted.Text(seed.File)}, header = true{types})";
    }

    /// <summary>Builds and audits. Stops at the first stage whose audits fail with severity error, unless it shall go <paramref name="toTheEnd"/>.</summary>
    /// <exception cref="LakeException">Invalid: a model is wrong; its file is named.</exception>
    public async Task<RunResult> ExecuteAsync(Plan plan, IProgress<RunEvent>? progress, CancellationToken cancel, bool toTheEnd = false)
    {
        foreach (var stage in plan.Stages)
        {
            var start = time.GetTimestamp();
            switch (stage)
            {
                case BuildStage build:
                    var model = request.Project.Models[build.Model];
                    var count = await builder.BuildAsync(model, build.Day, cancel);
                    Tell(progress, build.Day, Layer(model), build.Table, count, start, model.IsPublished ? "staged" : "built");
                    if (model.IsPublished)
                        rows[(model.Target, build.Day)] = count ?? 0;
                    break;
                case AuditStage audit:
                    var found = await AuditAsync(audit, cancel);
                    Tell(progress, audit.Day, "audit", audit.Subject, found.Sum(f => f.Failures), start, string.Join(", ", found.Select(f => $"{f.Audit} {f.Status}")));
                    break;
            }
            if (!toTheEnd && outcomes.Exists(o => o.Status == "fail"))
                break;
        }
        return new(rows, outcomes, elapsed);
    }

    static string Layer(Model model) => model.IsPublished ? model.Target.Namespace : model.Path.Split('/') is [_, var folder, _, ..] ? folder : "silver";

    async Task<IReadOnlyList<AuditOutcome>> AuditAsync(AuditStage stage, CancellationToken cancel)
    {
        var found = new List<AuditOutcome>();
        if (request.Project.Models.TryGetValue(stage.Subject, out var model))
            foreach (var audit in model.Audits)
                found.Add(await audits.RunAsync(model, audit, stage.Day, cancel));
        else
            foreach (var audit in request.Project.Audits.Where(a => a.Path == stage.Subject))
                found.Add(await audits.RunAsync(audit, stage.Day, cancel));
        outcomes.AddRange(found);
        return found;
    }

    void Tell(IProgress<RunEvent>? progress, DateOnly day, string layer, string subject, long? count, long start, string message)
    {
        var took = time.GetElapsedTime(start);
        elapsed[layer] = elapsed.GetValueOrDefault(layer) + took;
        progress?.Report(new(day, layer, subject, count, took, message));
    }

    /// <summary>A query over what the run sees: tables by name, with what is staged. For reconciliation and reports.</summary>
    public Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancel) => database.QueryAsync(sql, cancel);

    /// <summary>Shows a source that no model reads to <see cref="QueryAsync"/>.</summary>
    public Task OpenSourceAsync(TableIdent ident, CancellationToken cancel) =>
        relations.OpenSourceAsync(ident, request.Inputs.GetValueOrDefault(ident), cancel);

    /// <summary>Makes all that was staged visible in one commit, with the audits' results, the tags, and the ledger's rows.</summary>
    /// <exception cref="LakeException">Conflict: somebody else wrote to one of the tables meanwhile.</exception>
    public async Task<IReadOnlyList<Table>> PublishAsync(PublicationRequest publication, CancellationToken cancel)
    {
        if (outcomes.Exists(o => o.Status == "fail"))
            throw LakeException.Invalid("an audit failed; nothing is published");
        await StageResultsAsync(cancel);
        return await new Publisher(lake, request).PublishAsync([.. relations.Targets.Where(t => t.IsStaged)], publication, cancel);
    }

    async Task StageResultsAsync(CancellationToken cancel)
    {
        var target = relations.TryTarget(new("dq", "results")) ?? throw LakeException.Bug("the run was not opened");
        foreach (var day in outcomes.GroupBy(o => o.Day))
        {
            var values = string.Join(", ", day.Select(o =>
                $"({Quoted.Date(day.Key)}, {Quoted.Text(request.RunId)}, {Quoted.Text(o.Subject)}, {Quoted.Text(o.Audit)}, {Quoted.Text(o.Status)}, cast({o.Failures} as bigint), make_timestamptz({(o.CheckedAt - DateTimeOffset.UnixEpoch).Ticks / 10}))"));
            var sql = $"select * from (values {values}) results ({string.Join(", ", target.Contract.Columns.Select(c => Quoted.Name(c.Name)))})";
            target.Stage(day.Key, await writer.WriteDayAsync(target, day.Key, sql, cancel));
        }
    }
}
