using System.CommandLine;
using System.Globalization;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Verbs;

/// <summary>The flags that choose records that were set aside.</summary>
sealed class ChoiceFlags
{
    readonly Option<string?> topic = new("--topic") { Description = "Of this topic", HelpName = "NAME" };
    readonly Option<string?> reason = new("--reason") { Description = "Set aside for this reason", HelpName = "REASON" };
    readonly Option<int?> partition = Flags.Natural("--partition", "Of this Kafka partition");
    readonly Option<string?> offsets = new("--offset") { Description = "At this offset, or from one to another", HelpName = "N[-N]" };
    readonly Option<bool> all = new("--all") { Description = "All of them" };
    readonly Option<bool> dropped = new("--dropped") { Description = "Dropped ones too" };
    readonly Option<DateOnly?> date;
    readonly bool mustChoose;

    /// <param name="reasons">What a reason can be; none: any word.</param>
    /// <param name="dateMeans">What the date is of.</param>
    /// <param name="mustChoose">Whether a verb that is given nothing to choose by is refused.</param>
    public ChoiceFlags(IReadOnlyList<string> reasons, string dateMeans, bool mustChoose)
    {
        this.mustChoose = mustChoose;
        date = Flags.Date(dateMeans);
        Only(topic, [.. Topics.All.Select(t => t.Name)]);
        Only(reason, reasons);
        offsets.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }, ..] && Range(text) is null)
                result.AddError($"--offset wants an offset such as 17, or two such as 17-20, not '{text}'");
        });
    }

    public IEnumerable<Option> All => [topic, reason, partition, offsets, date, all, dropped];

    /// <exception cref="LakeException">Invalid: nothing is chosen, or everything and something.</exception>
    public Chosen Of(ParseResult parsed)
    {
        var range = parsed.GetValue(offsets) is { } text ? Range(text) : null;
        var chosen = new Chosen
        {
            Topic = parsed.GetValue(topic),
            Reason = parsed.GetValue(reason),
            Partition = parsed.GetValue(partition),
            From = range?.From,
            To = range?.To,
            Date = parsed.GetValue(date),
            Dropped = parsed.GetValue(dropped),
        };
        if (mustChoose && chosen.IsAll && !parsed.GetValue(all))
            throw LakeException.Invalid("nothing is chosen: name a --topic, --reason, --partition, --offset or --date, or --all");
        return chosen.IsAll || !parsed.GetValue(all) ? chosen : throw LakeException.Invalid("--all goes with no other choice: leave it out, or the others");
    }

    public static Option<int> Limit(int standard) =>
        Flags.Number("--limit", "So many at most", standard, new LimitsAttribute(1, 1_000_000));

    public static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    public static string Place(LogPosition at) => $"{at.Partition.Topic}[{at.Partition.Partition}]@{at.Next}";

    static void Only(Option<string?> flag, IReadOnlyList<string> words) => flag.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: var text }, ..] && words.Count > 0 && !words.Contains(text, StringComparer.Ordinal))
            result.AddError($"{flag.Name} wants one of {string.Join(", ", words)}, not '{text}'");
    });

    static (long From, long To)? Range(string text)
    {
        var parts = text.Split('-');
        return parts.Length is 1 or 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && long.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var to)
            && from <= to ? (from, to) : null;
    }
}
