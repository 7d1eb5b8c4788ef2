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

    public async Task<AuditOutcome> RunAsync(Model model, GenericAudit audit, DateOnly day, CancellationToken cancel)
    {
        var names = compiler.Names(model, day, onlyNew: true);
        var sql = AuditSql.Failing(audit, names.ModelRelation(model.Name, news: true)!, other => names.ModelRelation(other, news: false)
            ?? throw LakeException.Invalid($"{audit.Name}: ref('{other}') is neither a model nor a seed"));
        return await OutcomeAsync(model.IsPublished ? model.Target.ToString() : model.Name, audit.Name, audit.Severity, sql, day, cancel);
    }

    public async Task<AuditOutcome> RunAsync(SingularAudit audit, DateOnly day, CancellationToken cancel) =>
        await OutcomeAsync(audit.Path, audit.Name, audit.Severity, compiler.Compile(audit, day), day, cancel);

    async Task<AuditOutcome> OutcomeAsync(
        string subject,
        string name,
        AuditSeverity severity,
        string sql,
        DateOnly day,
        CancellationToken cancel)
    {
        long failures;
        try
        {
            failures = await database.CountAsync(sql, cancel);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            throw LakeException.Invalid($"audit {name} of {subject}: {e.Message}", e);
        }
        var status = failures == 0 ? "pass" : severity == AuditSeverity.Warn ? "warn" : "fail";
        return new(day, subject, name, status, failures, time.GetUtcNow()) { Rows = failures == 0 ? [] : await RowsAsync(sql, cancel) };
    }

    async Task<IReadOnlyList<string>> RowsAsync(string sql, CancellationToken cancel)
    {
        var columns = (await database.DescribeAsync(sql, cancel)).Select(c => c.Name).ToList();
        var texts = string.Join(", ", columns.Select(c => $"cast({Quoted.Name(c)} as varchar)"));
        return [.. (await database.QueryAsync($"select {texts} from ({sql}\n) failing order by all limit {ShownMax}", cancel))
            .Select(row => FailingRow.Text(columns, [.. row.Select(v => (string?)v)]))];
    }
}
