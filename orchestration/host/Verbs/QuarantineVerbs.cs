using System.CommandLine;
using System.Text.Json.Nodes;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Returns;
using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>quarantine ls|show|release|drop</c>: rows that break a rule are taken all the same, or given up.</summary>
static class QuarantineVerbs
{
    delegate Task<int> Act(QuarantineOffice office, Chosen chosen, ParseResult parsed, bool json, CancellationToken cancel);

    public static Command Build(Composition composition) => new("quarantine", "Rows that break a rule: look, release, drop")
    {
        List(composition),
        Show(composition),
        Release(composition),
        Drop(composition),
    };

    static Command List(Composition composition)
    {
        var limit = ChoiceFlags.Limit(1000);
        return Verb(composition, "ls", "Quarantined rows that are open, or wait for the next run", mustChoose: false, async (office, chosen, parsed, json, cancel) =>
        {
            var most = parsed.GetValue(limit);
            var rows = await office.ListAsync(chosen, most + 1, cancel);
            var result = new ResultTable("", "trade_date", "table", "rule", "reason", "source", "sequence", "topic", "partition", "offset", "state");
            foreach (var row in rows.Take(most))
                result.Add(
                    row.TradeDate,
                    row.Table,
                    row.Rule,
                    row.Reason,
                    row.Source,
                    row.Sequence,
                    row.At.Partition.Topic,
                    row.At.Partition.Partition,
                    row.At.Next,
                    row.State);
            result.Print(json);
            if (rows.Count > most)
                Failure.Note($"there are more than {most}; choose fewer, or raise --limit");
            return 0;
        }, limit);
    }

    static Command Show(Composition composition)
    {
        var limit = ChoiceFlags.Limit(20);
        return Verb(composition, "show", "Quarantined rows with all their values", mustChoose: false, async (office, chosen, parsed, json, cancel) =>
        {
            var rows = await office.ListAsync(chosen, parsed.GetValue(limit), cancel);
            if (json)
                Json.Print(rows.Select(row => new
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
                    Row = row.Json is { } text ? JsonNode.Parse(text) : null,
                }));
            else
                foreach (var row in rows)
                    Print(row);
            return 0;
        }, limit);
    }

    static void Print(QuarantinedRow row)
    {
        Console.Out.WriteLine($"{ChoiceFlags.Place(row.At)}  {row.TradeDate:yyyy-MM-dd}  {row.Table}  {row.Rule}  {row.State}: {row.Reason}");
        foreach (var (name, value) in row.Json is { } text ? JsonNode.Parse(text)!.AsObject() : [])
            Console.Out.WriteLine($"  {name} = {Printable.Of(value?.ToString() ?? "NULL")}");
    }

    static Command Release(Composition composition)
    {
        var signature = new SignatureFlags();
        return Verb(composition, "release", "Let the next run take them although they break their rule", mustChoose: true, async (office, chosen, parsed, json, cancel) =>
            ActText.Print(await office.ReleaseAsync(chosen, signature.Of(parsed), cancel), "will be taken by the next run into", json), signature.All);
    }

    static Command Drop(Composition composition)
    {
        var signature = new SignatureFlags();
        return Verb(composition, "drop", "Give up: they are not open any more, and stay in bronze", mustChoose: true, async (office, chosen, parsed, json, cancel) =>
            ActText.Print(await office.DropAsync(chosen, signature.Of(parsed), cancel), "dropped that are not in", json), signature.All);
    }

    static Command Verb(Composition composition, string name, string description, bool mustChoose, Act act, params Option[] more)
    {
        var choice = new ChoiceFlags([], "Trade date of the rows", mustChoose);
        var verb = new Command(name, description);
        foreach (var option in choice.All.Concat(more))
            verb.Add(option);
        return verb.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            await using var engine = composition.DuckDb(lake);
            using var logs = composition.Logs();
            var office = new QuarantineOffice(lake, engine, composition.Time, composition.Ids, logs.CreateLogger("quarantine"));
            return await act(office, choice.Of(parsed), parsed, json, cancel);
        });
    }
}
