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

/// <summary>Records of a topic: all of them; those after END_OF_DAY; markers.</summary>
public sealed record SourceTopic(long Sent, long AfterEndOfDay, long Markers);

/// <summary>Live trades of an account in one instrument currency. Amounts are price × quantity × multiplier.</summary>
public sealed record SourceAccount(string Account, string Currency, long Trades, decimal Bought, decimal Sold, decimal BoughtAmount, decimal SoldAmount, decimal Fees);
