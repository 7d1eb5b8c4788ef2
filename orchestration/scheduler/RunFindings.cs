using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Sql.Execution;

namespace Dart.Lake.Orchestration;

/// <summary>An audit of a run that did not pass, with the rows that failed as texts.</summary>
public sealed record AuditFinding(DateOnly Day, string Subject, string Audit, string Status, long Failures, IReadOnlyList<string> Rows);

/// <summary>What a run found wrong, as its row of the ledger keeps it: it explains a day that was never published.</summary>
/// <param name="Audits">Those that did not pass.</param>
/// <param name="Differences">Numbers that must be equal and are not.</param>
/// <param name="Quality">What a reader should know of the days that it built; null where runs of before did not say it.</param>
public sealed record RunFindings(
    IReadOnlyList<AuditFinding> Audits, IReadOnlyList<string> Differences, IReadOnlyList<DayQuality>? Quality = null)
{
    /// <summary>How many failing rows of an audit are printed; the JSON has more.</summary>
    const int PrintedRows = 10;

    static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web);

    public static RunFindings None { get; } = new([], []);

    /// <summary>Of what a run has done.</summary>
    public static RunFindings Of(
        IEnumerable<AuditOutcome> audits, IReadOnlyList<string> differences, IReadOnlyList<DayQuality> quality) => new(
        [.. audits.Where(a => a.Status != "pass").Select(a => new AuditFinding(a.Day, a.Subject, a.Audit, a.Status, a.Failures, a.Rows))],
        differences,
        quality);

    /// <summary>Of a run of the ledger; none where it kept nothing, as runs of before did.</summary>
    public static RunFindings Of(Run run)
    {
        try
        {
            var outputs = JsonSerializer.Deserialize<Outputs>(run.Outputs, options);
            return outputs?.Findings is { Audits: not null, Differences: not null } findings ? findings : None;
        }
        catch (JsonException)
        {
            return None;
        }
    }

    /// <summary>Whether something of a day is among them.</summary>
    public bool Concern(DateOnly day) =>
        Audits.Any(a => a.Day == day && a.Status == "fail") || Differences.Any(d => d.StartsWith($"{day:yyyy-MM-dd} ", StringComparison.Ordinal));

    /// <summary>A line for each audit and its rows, for each difference, and for what a reader should know of a day.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var audit in Audits)
        {
            yield return $"audit {audit.Status}: {audit.Day:yyyy-MM-dd} {audit.Subject} {audit.Audit}: {audit.Failures} rows";
            foreach (var row in audit.Rows.Take(PrintedRows))
                yield return $"  {row}";
            if (audit.Failures > Math.Min(audit.Rows.Count, PrintedRows))
                yield return $"  and {audit.Failures - Math.Min(audit.Rows.Count, PrintedRows)} more";
        }
        foreach (var difference in Differences)
            yield return $"difference: {difference}";
        foreach (var line in (Quality ?? []).SelectMany(day => day.Lines()))
            yield return line;
    }

    sealed record Outputs(RunFindings? Findings);
}
