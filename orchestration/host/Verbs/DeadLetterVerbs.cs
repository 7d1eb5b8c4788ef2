using System.CommandLine;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>deadletters ls|show|release|drop</c>: records that could not be decoded come back, or are given up.</summary>
sealed class DeadLetterVerbs(Composition composition) : SetAsideVerbs<DeadLetterOffice, DeadLetter>(composition)
{
    readonly Option<string> newFields = Flags.NewFields(composition.Settings);

    protected override Texts Says { get; } = new(
        "deadletters",
        "Records that could not be decoded: look, release, drop",
        "Dead letters that are open",
        "Dead letters as far as they can be decoded",
        "Decode again, and move what is a record now into its table",
        "released into",
        "Give up: they are not open any more, and keep their bytes",
        "dropped in",
        "Day (UTC) on which they were read",
        "no dead letter is chosen");

    protected override IReadOnlyList<string> Reasons => DeadLetterOffice.Reasons;

    protected override IReadOnlyList<string> Columns { get; } =
        ["topic", "partition", "offset", "reason", "detail", "state", "read_at", "schema_id", "bytes", "log_id"];

    protected override IReadOnlyList<Option> ReleaseFlags => [newFields];

    protected override DeadLetterOffice Open(Lake lake, DuckDbEngine engine, ILogger log) =>
        new(lake, engine, Composition.Registry(lake), Composition.Time, Composition.Ids, log);

    protected override Task<IReadOnlyList<DeadLetter>> ListAsync(
        DeadLetterOffice office, Chosen chosen, int most, CancellationToken cancel) => office.ListAsync(chosen, most, cancel);

    protected override object?[] Row(DeadLetter letter) =>
    [
        letter.At.Partition.Topic,
        letter.At.Partition.Partition,
        letter.At.Next,
        letter.Reason,
        letter.Detail,
        State(letter),
        ChoiceFlags.Time(letter.IngestedMicros),
        letter.SchemaId,
        letter.Value?.Length,
        letter.At.Partition.LogId,
    ];

    protected override async Task<Shown> ShowAsync(DeadLetterOffice office, DeadLetter letter, CancellationToken cancel)
    {
        var glimpse = await office.ShowAsync(letter, cancel);
        var document = new
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
            glimpse.Fields,
            glimpse.Failure,
            Rest = Hex(glimpse.Rest),
        };
        return new(document, Lines());

        IEnumerable<string> Lines()
        {
            yield return $"{ChoiceFlags.Place(letter.At)}  {letter.Reason}  {State(letter)}: {letter.Detail}";
            if (letter.Key is { } key)
                yield return $"  key: {Hex(key)}";
            foreach (var (name, value) in glimpse.Fields)
                yield return $"  {name} = {value ?? "NULL"}";
            yield return glimpse.Failure is { } failure ? $"  now: {failure}" : "  now: it can be released";
            if (glimpse.Rest.Length > 0)
                yield return $"  not read: {Hex(glimpse.Rest)}";
        }
    }

    protected override Task<ActReport> ReleaseAsync(
        DeadLetterOffice office, Chosen chosen, Signature signature, ParseResult parsed, CancellationToken cancel) =>
        office.ReleaseAsync(chosen, Enum.Parse<NewFields>(parsed.GetValue(newFields)!, ignoreCase: true), signature, cancel);

    protected override Task<ActReport> DropAsync(
        DeadLetterOffice office, Chosen chosen, Signature signature, CancellationToken cancel) =>
        office.DropAsync(chosen, signature, cancel);

    static string State(DeadLetter letter) => letter.IsDropped ? "dropped" : "open";

    static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexString(bytes);
}
