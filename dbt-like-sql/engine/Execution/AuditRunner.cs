using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Execution;

/// <summary>Runs audits on what a run has staged.</summary>
internal sealed class AuditRunner(RunDatabase database, ModelCompiler compiler, TimeProvider time)
{
    public async Task<AuditOutcome> RunAsync(Model model, GenericAudit audit, DateOnly day, CancellationToken cancel)
    {
        var names = compiler.Names(model, day, onlyNew: true);
        var sql = AuditSql.Failing(audit, names.ModelRelation(model.Name, news: true)!, other => names.ModelRelation(other, news: false)
            ?? throw LakeException.Invalid($"{audit.Name}: ref('{other}') is neither a model nor a seed"));
        return await OutcomeAsync(
            model.IsPublished ? model.Target.ToString() : model.Name, audit.Name, audit.Severity, sql, day,
            e => new(e.Kind, $"{audit.At}: audit {audit.Name}: {e.Message}", e), cancel);
    }

    public async Task<AuditOutcome> RunAsync(SingularAudit audit, DateOnly day, CancellationToken cancel)
    {
        var query = compiler.Compile(audit, day);
        return await OutcomeAsync(audit.Path, audit.Name, audit.Severity, query.Sql, day, e => query.Explained(e, day), cancel);
    }

    async Task<AuditOutcome> OutcomeAsync(
        string subject,
        string name,
        AuditSeverity severity,
        string sql,
        DateOnly day,
        Func<LakeException, LakeException> explained,
        CancellationToken cancel)
    {
        long failures;
        try
        {
            failures = await database.CountAsync(sql, cancel);
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Invalid or LakeErrorKind.Unavailable)
        {
            throw explained(e);
        }
        var status = failures == 0 ? "pass" : severity == AuditSeverity.Warn ? "warn" : "fail";
        return new(day, subject, name, status, failures, time.GetUtcNow());
    }
}
