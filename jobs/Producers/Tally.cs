using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers;

/// <summary>Counts what is sent, for the manifest.</summary>
sealed class Tally
{
    /// <summary>By topic.</summary>
    static readonly IReadOnlyList<string>[] kindNames =
        [Symbols.Of<MarketDataKind>(), Symbols.Of<TradeKind>(), Symbols.Of<ReferenceKind>(), Symbols.Of<PermitKind>()];

    readonly long[][] kinds = [.. kindNames.Select(names => new long[names.Count])];
    readonly long[] sent = Zeros(), duplicates = Zeros(), outOfOrder = Zeros(), malformed = Zeros(), markers = Zeros();
    readonly long[] late = Zeros(), repeats = Zeros(), lateRepeats = Zeros();
    readonly SortedDictionary<string, long>[] payloads = [
        .. Schemas.Topics.All.Select(_ => new SortedDictionary<string, long>(StringComparer.Ordinal)),
    ];
    readonly SortedDictionary<string, long> malformedKinds = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, long> quarantined = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, long> features = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> tradesSent = new(StringComparer.Ordinal);

    public long Events { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Set once the markers are out.</summary>
    public bool DayEnded { get; set; }

    public void Sent(Topic topic, int kind, int bytes)
    {
        kinds[topic.Index][kind]++;
        if (DayEnded)
            late[topic.Index]++;
        Record(topic, bytes);
    }

    public void SentTrade(EncodedText account) =>
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(tradesSent, account.Text, out _)++;

    /// <param name="identity">Its <see cref="Schemas.PayloadIdentity"/>.</param>
    public void SentMalformed(Topic topic, Malformation kind, string identity, int bytes)
    {
        malformed[topic.Index]++;
        Count(payloads[topic.Index], identity, 1);
        Count(malformedKinds, MalformedPayload.Name(kind), 1);
        Record(topic, bytes);
    }

    public void SentMarker(Topic topic, int bytes)
    {
        markers[topic.Index]++;
        Record(topic, bytes);
    }

    public void Duplicate(Topic topic)
    {
        duplicates[topic.Index]++;
        Repeat(topic);
    }

    /// <summary>A record has the (source, sequence) of an earlier one.</summary>
    public void Repeat(Topic topic)
    {
        repeats[topic.Index]++;
        if (DayEnded)
            lateRepeats[topic.Index]++;
    }

    public void OutOfOrder(Topic topic) => outOfOrder[topic.Index]++;

    public void Quarantined(string rule, long rows = 1) => Count(quarantined, rule, rows);

    public void Feature(string name, long count = 1) => Count(features, name, count);

    public IReadOnlyDictionary<string, TopicCounts> Topics() => Schemas.Topics.All.ToDictionary(topic => topic.Name, topic =>
    {
        var at = topic.Index;
        return new TopicCounts
        {
            Sent = sent[at],
            Kinds = kindNames[at].Zip(kinds[at]).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal),
            Duplicates = duplicates[at],
            OutOfOrder = outOfOrder[at],
            Malformed = malformed[at],
            Markers = markers[at],
            AfterEndOfDay = late[at],
            Repeats = repeats[at],
            LateRepeats = lateRepeats[at],
            MalformedPayloads = payloads[at],
        };
    }, StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> MalformedKinds => malformedKinds;

    public IReadOnlyDictionary<string, long> QuarantinedRows => quarantined;

    public IReadOnlyDictionary<string, long> Features => features;

    public IReadOnlyDictionary<string, long> TradesSent() => new SortedDictionary<string, long>(tradesSent, StringComparer.Ordinal);

    void Record(Topic topic, int bytes)
    {
        sent[topic.Index]++;
        Events++;
        Bytes += bytes;
    }

    static long[] Zeros() => new long[Schemas.Topics.All.Count];

    static void Count(SortedDictionary<string, long> counts, string name, long more) =>
        counts[name] = counts.GetValueOrDefault(name) + more;
}
