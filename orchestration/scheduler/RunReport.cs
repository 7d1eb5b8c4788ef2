using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Sql.Execution;

namespace Dart.Lake.Orchestration;

/// <summary>Gathers what a run does: for whoever watches, for the ledger, and for the result.</summary>
internal sealed class RunReport(
    string runId, DateOnly day, Ledger ledger, IProgress<RunEvent>? progress, TimeProvider time) : IProgress<RunEvent>
{
    readonly Dictionary<string, double> seconds = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> rows = new(StringComparer.Ordinal);
    readonly List<string> remarks = [];
    readonly List<Stage> stages = [];
    IReadOnlyList<AuditOutcome> audits = [];
    static readonly JsonSerializerOptions camelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    int saved;

    public string RunId => runId;

    public DateOnly Day => day;

    /// <summary>Snapshot by bronze table that the run read.</summary>
    public IReadOnlyDictionary<string, long> Inputs { get; set; } = new Dictionary<string, long>();

    /// <summary>Fingerprint by model that the run built.</summary>
    public IReadOnlyDictionary<string, string> Models { get; set; } = new Dictionary<string, string>();

    /// <summary>By bronze table: events of the day that came after the cut.</summary>
    public IReadOnlyDictionary<string, long> Late { get; set; } = new Dictionary<string, long>();

    /// <summary>Numbers that must be equal and are not.</summary>
    public IReadOnlyList<string> Differences { get; set; } = [];

    /// <summary>The tables as the run has published them.</summary>
    public IReadOnlyList<Table> Published { get; set; } = [];

    /// <summary>What a reader should know of the days that are built.</summary>
    public IReadOnlyList<DayQuality> Quality { get; set; } = [];

    /// <summary>A word to whoever watches; it is not kept.</summary>
    public void Say(string word) => progress?.Report(new(day, "gate", "", null, TimeSpan.Zero, word));

    public void Remark(string remark)
    {
        remarks.Add(remark);
        progress?.Report(new(day, "gate", "remark", null, TimeSpan.Zero, remark));
    }

    /// <summary>A stage of a plan ended.</summary>
    public void Report(RunEvent value)
    {
        var ended = time.GetUtcNow();
        stages.Add(new(
            runId,
            stages.Count,
            $"{value.Layer} {value.Subject} {value.Day:yyyy-MM-dd}".TrimEnd(),
            "succeeded",
            ended - value.Elapsed,
            ended,
            value.Rows,
            value.Message));
        progress?.Report(value);
    }

    /// <summary>Runs a stage of the chain and books it.</summary>
    public async Task<T> StageAsync<T>(
        string layer, Func<Task<T>> work, Func<T, (long? Rows, string Message)> say, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        var result = await work();
        var (count, message) = say(result);
        var took = time.GetElapsedTime(start);
        seconds[layer] = seconds.GetValueOrDefault(layer) + took.TotalSeconds;
        Report(new(null, layer, "", count, took, message));
        await SaveStagesAsync(cancel);
        return result;
    }

    public async Task SaveStagesAsync(CancellationToken cancel)
    {
        for (; saved < stages.Count; saved++)
            await ledger.SaveStageAsync(stages[saved], cancel);
    }

    public void Add(RunResult result)
    {
        audits = result.Audits;
        foreach (var (layer, took) in result.Elapsed)
            seconds[layer] = seconds.GetValueOrDefault(layer) + took.TotalSeconds;
        foreach (var ((table, at), count) in result.Rows)
            rows[$"{table} {at:yyyy-MM-dd}"] = count;
    }

    /// <param name="outcome">How the run ended.</param>
    /// <param name="days">What it built.</param>
    /// <param name="tag">The day's publication, when an earlier run made it.</param>
    public EndOfDayResult Result(EndOfDayOutcome outcome, IReadOnlyList<BuiltDay> days, string? tag = null)
    {
        foreach (var (table, count) in Late)
            remarks.Add($"{day:yyyy-MM-dd}: {count} late events in {table}, not in {days.FirstOrDefault(d => d.Date == day)?.Tag ?? tag ?? "this publication"}");
        return new(runId, day, outcome, days, rows, seconds, Late, audits, [], remarks, Quality);
    }

    /// <summary>The run's row of the ledger at its end.</summary>
    /// <param name="run">The row at its start.</param>
    /// <param name="status">succeeded, failed, or nothing to do.</param>
    /// <param name="tags">What it published.</param>
    /// <param name="error">Why it failed.</param>
    public Run Ended(Run run, string status, IEnumerable<string> tags, string? error) => run with
    {
        Status = status,
        EndedAt = time.GetUtcNow(),
        Inputs = JsonSerializer.Serialize(Inputs),
        Models = JsonSerializer.Serialize(Models),
        Outputs = JsonSerializer.Serialize(
            new { tags, rows, late = Late, remarks, findings = RunFindings.Of(audits, Differences, Quality) }, camelCase),
        Error = error,
    };

    /// <summary>What ended a run, as its error.</summary>
    public static string Why(Exception failure, CancellationToken cancel) =>
        failure is OperationCanceledException && cancel.IsCancellationRequested ? "stopped before it was done" : failure.Message;

    /// <summary>Audits that failed, as a run's error.</summary>
    public static string Failures(IEnumerable<AuditOutcome> failed) =>
        string.Join("; ", failed.Select(a => $"{a.Audit} of {a.Subject}: {a.Failures} rows"));
}
