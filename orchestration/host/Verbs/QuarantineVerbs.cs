using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>quarantine ls|show|release|drop</c>: rows that break a rule are taken all the same, or given up.</summary>
sealed class QuarantineVerbs(Composition composition) : SetAsideVerbs<QuarantineOffice, QuarantinedRow>(composition)
{
    protected override Texts Says { get; } = new(
        "quarantine",
        "Rows that break a rule: look, release, drop",
        "Quarantined rows that are open, or wait for the next run",
        "Quarantined rows with all their values",
        "Let the next run take them although they break their rule",
        "will be taken by the next run into",
        "Give up: they are not open any more, and stay in bronze",
        "dropped that would have gone to",
        "Trade date of the rows",
        "no quarantined row is chosen");

    protected override IReadOnlyList<string> Columns { get; } =
        ["trade_date", "table", "rule", "reason", "source", "sequence", "topic", "partition", "offset", "state"];

    /// <summary>What models say of a row beside the rules of contracts (macros/rule_reason.sql).</summary>
    static readonly string[] ofModels = ["conflicting_duplicate", "reference_quarantined", "unknown_reference"];

    protected override IReadOnlyList<string> Reasons { get; } =
        [.. TableContracts.All.SelectMany(t => t.RowRules).Select(r => r.Name).Concat(ofModels).Distinct().Order(StringComparer.Ordinal)];

    protected override QuarantineOffice Open(Lake lake, DuckDbEngine engine, ILogger log) =>
        new(lake, engine, Composition.Time, Composition.Ids, log);

    protected override Task<IReadOnlyList<QuarantinedRow>> ListAsync(
        QuarantineOffice office, Chosen chosen, int most, CancellationToken cancel) => office.ListAsync(chosen, most, cancel);

    protected override object?[] Row(QuarantinedRow row) =>
    [
        row.TradeDate,
        row.Table,
        row.Rule,
        row.Reason,
        row.Source,
        row.Sequence,
        row.At.Partition.Topic,
        row.At.Partition.Partition,
        row.At.Next,
        row.State,
    ];

    protected override Task<Shown> ShowAsync(QuarantineOffice office, QuarantinedRow row, CancellationToken cancel)
    {
        var values = row.Json is { } text ? WithTimes(JsonNode.Parse(text)!.AsObject(), row.Table) : null;
        var document = new
        {
            row.TradeDate,
            row.Table,
            row.Rule,
            row.Reason,
            row.At.Partition.Topic,
            row.At.Partition.Partition,
            Offset = row.At.Next,
            row.At.Partition.LogId,
            row.State,
            Row = values,
        };
        var head = $"{ChoiceFlags.Place(row.At)}  {row.TradeDate:yyyy-MM-dd}  {row.Table}  {row.Rule}  {row.State}: {row.Reason}";
        var lines = (values ?? []).Select(v => $"  {v.Key} = {v.Value?.ToString() ?? "NULL"}");
        return Task.FromResult(new Shown(document, lines.Prepend(head)));
    }

    /// <summary>Times of a payload are microseconds; people and programs read them as the platform prints all times.</summary>
    static JsonObject WithTimes(JsonObject values, string table)
    {
        foreach (var column in TableContracts.TryGet(table)?.Columns ?? [])
            if (column.Type.Kind == ColumnKind.Timestamptz && long.TryParse(values[column.Name]?.ToString(), out var micros))
                values[column.Name] = ChoiceFlags.Time(micros).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        return values;
    }

    protected override Task<ActReport> ReleaseAsync(
        QuarantineOffice office, Chosen chosen, Signature signature, ParseResult parsed, CancellationToken cancel) =>
        office.ReleaseAsync(chosen, signature, cancel);

    protected override Task<ActReport> DropAsync(
        QuarantineOffice office, Chosen chosen, Signature signature, CancellationToken cancel) =>
        office.DropAsync(chosen, signature, cancel);
}
