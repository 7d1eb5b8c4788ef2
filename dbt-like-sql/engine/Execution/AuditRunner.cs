using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Execution;

/// <summary>Runs audits on what a run has staged.</summary>
internal sealed class AuditRunner(RunEngines engines, Project project, ModelCompiler compiler, TimeProvider time)
{
    /// <summary>So many failing rows of an audit are shown.</summary>
    public const int ShownMax = 100;

    /// <summary>An audit as it is asked.</summary>
    /// <param name="Explained">What the engine says of it, with file and line.</param>
    readonly record struct Asked(
        RunEngine Engine, string Subject, string Name, AuditSeverity Severity, string Sql, Func<LakeException, LakeException> Explained);

    public Task<AuditOutcome> RunAsync(Model model, GenericAudit audit, DateOnly day, CancellationToken cancel) =>
        OutcomeAsync(Ask(model, audit, day), day, cancel);

    public Task<AuditOutcome> RunAsync(SingularAudit audit, DateOnly day, CancellationToken cancel) =>
        OutcomeAsync(Ask(audit, day), day, cancel);

    /// <summary>Refuses an audit that cannot be asked; nothing is computed.</summary>
    public Task BindAsync(Model model, GenericAudit audit, DateOnly day, CancellationToken cancel) =>
        BindAsync(Ask(model, audit, day), cancel);

    /// <summary>The same.</summary>
    public Task BindAsync(SingularAudit audit, DateOnly day, CancellationToken cancel) => BindAsync(Ask(audit, day), cancel);

    Asked Ask(Model model, GenericAudit audit, DateOnly day)
    {
        var engine = engines.Of(model);
        var names = compiler.Names(engine, model, day, onlyNew: true);
        var sql = AuditSql.Failing(audit, names.ModelRelation(model.Name, news: true)!, other => names.ModelRelation(other, news: false)
            ?? throw LakeException.Invalid($"{audit.At}: {audit.Name}: ref('{other}') is neither a model nor a seed"), engine.Dialect);
        return new(
            engine,
            model.IsPublished ? model.Target.ToString() : model.Name,
            audit.Name,
            audit.Severity,
            sql,
            e => new(e.Kind, $"{audit.At} ({day:yyyy-MM-dd}): the audit {audit.Name}: {e.Message}", e));
    }

    Asked Ask(SingularAudit audit, DateOnly day)
    {
        var engine = engines.Of(audit, project);
        var query = compiler.Compile(engine, audit, day);
        return new(engine, audit.Path, audit.Name, audit.Severity, query.Sql, e => query.Explained(e, day));
    }

    async Task<AuditOutcome> OutcomeAsync(Asked asked, DateOnly day, CancellationToken cancel)
    {
        var failures = await ExplainedAsync(asked, () => asked.Engine.CountAsync(asked.Sql, cancel));
        var status = failures == 0 ? "pass" : asked.Severity == AuditSeverity.Warn ? "warn" : "fail";
        return new(day, asked.Subject, asked.Name, status, failures, time.GetUtcNow())
        {
            Rows = failures == 0 ? [] : await RowsAsync(asked.Engine, asked.Sql, cancel),
        };
    }

    async Task BindAsync(Asked asked, CancellationToken cancel) =>
        await ExplainedAsync(asked, () => asked.Engine.Columns(asked.Sql, cancel));

    static async Task<T> ExplainedAsync<T>(Asked asked, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Invalid or LakeErrorKind.Corrupt or LakeErrorKind.Unavailable)
        {
            throw asked.Explained(e);
        }
    }

    static async Task<IReadOnlyList<string>> RowsAsync(RunEngine engine, string sql, CancellationToken cancel)
    {
        var columns = await engine.Columns(sql, cancel);
        var texts = string.Join(", ", columns.Select((c, at) => $"cast({Quoted.Name(c)} as {engine.Dialect.TextType}) as c{at}"));
        var order = string.Join(", ", columns.Select((_, at) => $"{at + 1}"));
        return [.. (await engine.Rows($"select {texts} from ({sql}\n) failing order by {order} limit {ShownMax}", cancel))
            .Select(row => FailingRow.Text(columns, [.. row.Select(v => (string?)v)]))];
    }
}
