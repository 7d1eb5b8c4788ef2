using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dart.Lake.Schemas;

/// <summary>
/// What a source says that it sent for a day (<c>manifest/yyyy-MM-dd.json</c> of the data folder): its
/// side of every reconciliation. Amounts are in instrument currency; live means after busts and
/// corrections (docs/data.md, "Trades"), made by a running model that shares nothing with the platform's.
/// </summary>
public sealed record DayManifest
{
    static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public required DateOnly Date { get; init; }

    /// <summary>sim or lean; empty: another source, which may leave out all that reconciliation does not ask for.</summary>
    public string Market { get; init; } = "";
    public int Seed { get; init; }

    /// <summary>By topic name.</summary>
    public required IReadOnlyDictionary<string, TopicCounts> Topics { get; init; }

    /// <summary>Malformed payloads by kind, over all topics: each is a dead letter.</summary>
    public IReadOnlyDictionary<string, long> Malformed { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Trade rows that break a rule, by what is wrong; whole chains are counted row by row.</summary>
    public IReadOnlyDictionary<string, long> Quarantined { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>What a real day has: busts, corrections, jumps and the like, by name.</summary>
    public IReadOnlyDictionary<string, long> Features { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Trade rows of any kind sent by account, without malformed ones.</summary>
    public IReadOnlyDictionary<string, long> TradesSent { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Files of the source that were bad and are not in the day: a line each, with place and reason.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>What is live of this date before END_OF_DAY.</summary>
    public required IReadOnlyList<AccountTotals> Accounts { get; init; }

    /// <summary>What was sent after END_OF_DAY and joins the date when it is restated.</summary>
    public IReadOnlyList<AccountTotals> Late { get; init; } = [];

    /// <summary>The day before as this day's corrections leave it; null: nothing of it was corrected.</summary>
    public PriorDayTotals? PriorDay { get; init; }

    /// <summary>What a simulated day was made from; null for a real one.</summary>
    public SimulatedFrom? Simulated { get; init; }

    /// <summary>What a day of this market must have, by the names that <see cref="CountOf"/> knows.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>What this day ought to have and has not; empty: it has everything.</summary>
    public IReadOnlyList<string> Missing() => [.. Required.Where(name => CountOf(name) == 0)];

    /// <summary>
    /// A count by name: a feature, a topic's kind (<c>trades_raw NEW</c>),
    /// <c>malformed</c> with a kind, <c>quarantined</c> with what is wrong.
    /// </summary>
    public long CountOf(string name) => name.Split(' ') switch
    {
        ["malformed", var kind] => Malformed.GetValueOrDefault(kind),
        ["quarantined", var rule] => Quarantined.GetValueOrDefault(rule),
        [var topic, "duplicates"] => Topics.GetValueOrDefault(topic)?.Duplicates ?? 0,
        [var topic, "out_of_order"] => Topics.GetValueOrDefault(topic)?.OutOfOrder ?? 0,
        [var topic, var kind] => Topics.GetValueOrDefault(topic)?.Kinds.GetValueOrDefault(kind) ?? 0,
        _ => Features.GetValueOrDefault(name),
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="Save"/> wrote. Corrupt when it is something else, Unavailable when it is not there.</summary>
    public static DayManifest Load(string dataDir, DateOnly date)
    {
        var path = PathOf(dataDir, date);
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<DayManifest>(file, Json) ?? throw LakeException.Corrupt($"manifest {path} is empty; produce the day again");
        }
        catch (JsonException e)
        {
            throw LakeException.Corrupt($"manifest {path} cannot be read ({e.Message.Replace($"{typeof(DayManifest).Namespace}.", "", StringComparison.Ordinal)}); produce the day again", e);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw LakeException.Unavailable($"there is no manifest {path}; produce {date:yyyy-MM-dd} with this data folder", e);
        }
    }

    /// <summary>The manifest of a date, or null when there is none.</summary>
    public static DayManifest? Find(string dataDir, DateOnly date) => File.Exists(PathOf(dataDir, date)) ? Load(dataDir, date) : null;

    /// <summary>Writes <c>manifest/yyyy-MM-dd.json</c> below the data folder, whole or not at all; gives its path.</summary>
    public string Save(string dataDir, IdSource ids)
    {
        var path = PathOf(dataDir, Date);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{ids.NewId():N}";
        using (var file = new FileStream(draft, FileMode.CreateNew))
        {
            JsonSerializer.Serialize(file, this, Json);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
        return path;
    }

    static string PathOf(string dataDir, DateOnly date) => Path.Combine(dataDir, "manifest", $"{date:yyyy-MM-dd}.json");
}

/// <summary>Records of a topic, as its producer counts them.</summary>
public sealed record TopicCounts
{
    /// <summary>All of them: well-formed ones, malformed ones and markers.</summary>
    public required long Sent { get; init; }

    /// <summary>Well-formed ones by kind, duplicates included.</summary>
    public IReadOnlyDictionary<string, long> Kinds { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Repetitions of (source, sequence) with an equal payload.</summary>
    public long Duplicates { get; init; }

    /// <summary>Sent after one with a later event time from the same feed.</summary>
    public long OutOfOrder { get; init; }

    /// <summary>Those that cannot be decoded; none is late.</summary>
    public long Malformed { get; init; }

    /// <summary>END_OF_DAY, one a partition.</summary>
    public long Markers { get; init; }

    /// <summary>Of the well-formed ones, those after the markers: late.</summary>
    public long AfterEndOfDay { get; init; }

    /// <summary>Of the well-formed ones, those whose (source, sequence) an earlier one has, with an equal payload or another.</summary>
    public long Repeats { get; init; }

    /// <summary>Of these, those after the markers.</summary>
    public long LateRepeats { get; init; }

    /// <summary>The malformed ones by <see cref="PayloadIdentity"/>, and how often each was sent.</summary>
    public IReadOnlyDictionary<string, long> MalformedPayloads { get; init; } = ImmutableDictionary<string, long>.Empty;
}

/// <summary>Live trades of an account in one instrument currency. Amounts are price × quantity × multiplier.</summary>
public sealed record AccountTotals(
    string Account, string Currency, long Trades, decimal Bought, decimal Sold, decimal BoughtAmount, decimal SoldAmount, decimal Fees);

/// <summary>The live trades of the day before, with this day's corrections of it.</summary>
public sealed record PriorDayTotals(DateOnly Date, IReadOnlyList<AccountTotals> Accounts);

/// <summary>What a simulated day was made from, beside its date: enough to make it again.</summary>
public sealed record SimulatedFrom(int Seed, int Trades, DateOnly ListingDate);
