using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Returns;
using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>deadletters ls|show|release|drop</c>: records that could not be decoded come back, or are given up.</summary>
static class DeadLetterVerbs
{
    delegate Task<int> Act(DeadLetterOffice office, Chosen chosen, ParseResult parsed, bool json, CancellationToken cancel);

    public static Command Build(Composition composition) => new("deadletters", "Records that could not be decoded: look, release, drop")
    {
        List(composition),
        Show(composition),
        Release(composition),
        Drop(composition),
    };

    static Command List(Composition composition)
    {
        var limit = ChoiceFlags.Limit(1000);
        return Verb(composition, "ls", "Dead letters that are open", mustChoose: false, async (office, chosen, parsed, json, cancel) =>
        {
            var most = parsed.GetValue(limit);
            var letters = await office.ListAsync(chosen, most + 1, cancel);
            var result = new ResultTable("", "topic", "partition", "offset", "read_at", "schema_id", "reason", "detail", "bytes", "state", "log_id");
            foreach (var l in letters.Take(most))
                result.Add(l.At.Partition.Topic, l.At.Partition.Partition, l.At.Next, ChoiceFlags.Time(l.IngestedMicros), l.SchemaId,
                    l.Reason, l.Detail, l.Value?.Length, State(l), l.At.Partition.LogId);
            result.Print(json);
            if (letters.Count > most)
                Failure.Note($"there are more than {most}; choose fewer, or raise --limit");
            return 0;
        }, limit);
    }

    static Command Show(Composition composition)
    {
        var limit = ChoiceFlags.Limit(20);
        return Verb(composition, "show", "Dead letters as far as they can be decoded", mustChoose: false, async (office, chosen, parsed, json, cancel) =>
        {
            var shown = new List<object>();
            foreach (var letter in await office.ListAsync(chosen, parsed.GetValue(limit), cancel))
            {
                var glimpse = await office.ShowAsync(letter, cancel);
                if (!json)
                    Print(letter, glimpse);
                shown.Add(new
                {
                    letter.At.Partition.Topic,
                    letter.At.Partition.Partition,
                    Offset = letter.At.Next,
                    letter.At.Partition.LogId,
                    ReadAt = ChoiceFlags.Time(letter.IngestedMicros),
                    letter.SchemaId,
                    letter.Reason,
                    letter.Detail,
                    State = State(letter),
                    Key = Hex(letter.Key),
                    Fields = glimpse.Fields.Select(f => new { f.Key, f.Value }),
                    glimpse.Failure,
                    Rest = Hex(glimpse.Rest),
                });
            }
            if (json)
                Json.Print(shown);
            else if (shown.Count == 0)
                Console.Out.WriteLine("no dead letter is chosen");
            return 0;
        }, limit);
    }

    static void Print(DeadLetter letter, Jobs.Runtime.Decoding.Glimpse glimpse)
    {
        Console.Out.WriteLine($"{ChoiceFlags.Place(letter.At)}  {letter.Reason}  {State(letter)}: {Printable.Of(letter.Detail)}");
        if (letter.Key is { } key)
            Console.Out.WriteLine($"  key: {Hex(key)}");
        foreach (var (name, value) in glimpse.Fields)
            Console.Out.WriteLine($"  {Printable.Of(name)} = {Printable.Of(value ?? "NULL")}");
        Console.Out.WriteLine(glimpse.Failure is { } failure ? $"  now: {Printable.Of(failure)}" : "  now: it can be released");
        if (glimpse.Rest.Length > 0)
            Console.Out.WriteLine($"  not read: {Hex(glimpse.Rest)}");
    }

    static Command Release(Composition composition)
    {
        var signature = new SignatureFlags();
        return Verb(composition, "release", "Decode again, and move what is a record now into its table", mustChoose: true, async (office, chosen, parsed, json, cancel) =>
            ActText.Print(await office.ReleaseAsync(chosen, signature.Of(parsed), cancel), "released into", json), signature.All);
    }

    static Command Drop(Composition composition)
    {
        var signature = new SignatureFlags();
        return Verb(composition, "drop", "Give up: they are not open any more, and keep their bytes", mustChoose: true, async (office, chosen, parsed, json, cancel) =>
            ActText.Print(await office.DropAsync(chosen, signature.Of(parsed), cancel), "dropped in", json), signature.All);
    }

    static Command Verb(Composition composition, string name, string description, bool mustChoose, Act act, params Option[] more)
    {
        var choice = new ChoiceFlags(DeadLetterOffice.Reasons, "Day (UTC) on which they were read", mustChoose);
        var verb = new Command(name, description);
        foreach (var option in choice.All.Concat(more))
            verb.Add(option);
        return verb.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            await using var engine = composition.DuckDb(lake);
            using var logs = composition.Logs();
            var office = new DeadLetterOffice(
                lake, engine, composition.Registry(lake), Enum.Parse<NewFields>(composition.Settings.Bronze.NewFields, ignoreCase: true),
                composition.Time, composition.Ids, logs.CreateLogger("deadletters"));
            return await act(office, choice.Of(parsed), parsed, json, cancel);
        });
    }

    static string State(DeadLetter letter) => letter.IsDropped ? "dropped" : "open";

    static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexString(bytes);
}
