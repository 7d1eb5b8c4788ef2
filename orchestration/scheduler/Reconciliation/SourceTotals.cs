using System.Text.Json;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>
/// The producer's manifest of a day (<c>manifest/yyyy-MM-dd.json</c> of the data folder), as far as reconciliation needs it. Read here from its JSON:
/// the scheduler does not know the jobs.
/// </summary>
public sealed record SourceTotals
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public required DateOnly Date { get; init; }
    public required IReadOnlyDictionary<string, SourceTopic> Topics { get; init; }

    /// <summary>Live trades of the date before END_OF_DAY.</summary>
    public required IReadOnlyList<SourceAccount> Accounts { get; init; }

    /// <summary>Live trades that came after END_OF_DAY.</summary>
    public IReadOnlyList<SourceAccount> Late { get; init; } = [];

    /// <summary>The day before with this day's corrections and its own late trades; null: nothing of it was corrected.</summary>
    public SourcePriorDay? PriorDay { get; init; }

    /// <summary>The manifest of a date, or null when nothing was produced into this folder.</summary>
    /// <exception cref="LakeException">Corrupt: it cannot be read.</exception>
    public static SourceTotals? TryLoad(string dataDir, DateOnly date)
    {
        var path = Path.Combine(dataDir, "manifest", $"{date:yyyy-MM-dd}.json");
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<SourceTotals>(file, Json);
        }
        catch (JsonException e)
        {
            throw LakeException.Corrupt($"the manifest {path} cannot be read ({e.Message}); produce the day again", e);
        }
    }
}

/// <summary>Records of a topic, as its producer counts them.</summary>
/// <param name="Sent">All of them.</param>
/// <param name="AfterEndOfDay">Well-formed ones after the markers.</param>
/// <param name="Markers">END_OF_DAY, one a partition.</param>
/// <param name="Malformed">Those that cannot be decoded; none is late.</param>
/// <param name="Repeats">Well-formed ones whose (source, sequence) an earlier one has.</param>
/// <param name="LateRepeats">Of these, those after the markers.</param>
public sealed record SourceTopic(long Sent, long AfterEndOfDay, long Markers, long Malformed = 0, long Repeats = 0, long LateRepeats = 0)
{
    /// <summary>The malformed ones by <see cref="Schemas.PayloadIdentity"/>, and how often each was sent.</summary>
    public IReadOnlyDictionary<string, long> MalformedPayloads { get; init; } = new Dictionary<string, long>();

    /// <summary>Different (source, sequence) before the markers.</summary>
    public long InTime => Sent - Markers - Malformed - AfterEndOfDay - (Repeats - LateRepeats);

    /// <summary>Different (source, sequence) after them.</summary>
    public long Late => AfterEndOfDay - LateRepeats;
}

/// <summary>Live trades of an account in one instrument currency. Amounts are price × quantity × multiplier.</summary>
public sealed record SourceAccount(string Account, string Currency, long Trades, decimal Bought, decimal Sold, decimal BoughtAmount, decimal SoldAmount, decimal Fees);

/// <summary>The live trades of the day before.</summary>
public sealed record SourcePriorDay(DateOnly Date, IReadOnlyList<SourceAccount> Accounts);
