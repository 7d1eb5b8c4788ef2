using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Execution;

/// <summary>Runs audits on what a run has staged.</summary>
internal sealed class AuditRunner(RunDatabase database, ModelCompiler compiler, TimeProvider time)
{
    /// <summary>So many failing rows of an audit are shown.</summary>
    public const int ShownMax = 100;

    /// <summary>An audit as it is asked.</summary>
    /// <param name="Explained">What the engine says of it, with file and line.</param>
    readonly record struct Asked(
        string Subject, string Name, AuditSeverity Severity, string Sql, Func<LakeException, LakeException> Explained);

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
        var names = compiler.Names(model, day, onlyNew: true);
        var sql = AuditSql.Failing(audit, names.ModelRelation(model.Name, news: true)!, other => names.ModelRelation(other, news: false)
            ?? throw LakeException.Invalid($"{audit.At}: {audit.Name}: ref('{other}') is neither a model nor a seed"));
        return new(
            model.IsPublished ? model.Target.ToString() : model.Name,
            audit.Name,
            audit.Severity,
            sql,
            e => new(e.Kind, $"{audit.At} ({day:yyyy-MM-dd}): the audit {audit.Name}: {e.Message}", e));
    }

    Asked Ask(SingularAudit audit, DateOnly day)
    {
        var query = compiler.Compile(audit, day);
        return new(audit.Path, audit.Name, audit.Severity, query.Sql, e => query.Explained(e, day));
    }

    async Task<AuditOutcome> OutcomeAsync(Asked asked, DateOnly day, CancellationToken cancel)
    {
        var failures = await ExplainedAsync(asked, () => database.CountAsync(asked.Sql, cancel));
        var status = failures == 0 ? "pass" : asked.Severity == AuditSeverity.Warn ? "warn" : "fail";
        return new(day, asked.Subject, asked.Name, status, failures, time.GetUtcNow())
        {
            Rows = failures == 0 ? [] : await RowsAsync(asked.Sql, cancel),
        };
    }

    async Task BindAsync(Asked asked, CancellationToken cancel) =>
        await ExplainedAsync(asked, () => database.DescribeAsync(asked.Sql, cancel));

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

    async Task<IReadOnlyList<string>> RowsAsync(string sql, CancellationToken cancel)
    {
        var columns = (await database.DescribeAsync(sql, cancel)).Select(c => c.Name).ToList();
        var texts = string.Join(", ", columns.Select(c => $"cast({Quoted.Name(c)} as varchar)"));
        return [.. (await database.QueryAsync($"select {texts} from ({sql}\n) failing order by all limit {ShownMax}", cancel))
            .Select(row => FailingRow.Text(columns, [.. row.Select(v => (string?)v)]))];
    }
}
