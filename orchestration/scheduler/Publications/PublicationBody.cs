using System.Text.Json;
using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Publications;

/// <summary>What the ledger keeps of a publication, in the same transaction: its days, and everything that went into them.</summary>
/// <param name="Days">Date and tag.</param>
/// <param name="Cut">V.</param>
/// <param name="Inputs">Snapshot by bronze table.</param>
/// <param name="Models">Fingerprint by model.</param>
/// <param name="Acts">The last act of <c>ops.acts</c> whose releases the inputs hold.</param>
internal sealed record PublicationBody(
    IReadOnlyList<PublishedDay> Days,
    IReadOnlyList<LogPosition> Cut,
    IReadOnlyDictionary<string, long> Inputs,
    IReadOnlyDictionary<string, string> Models,
    string FirmCurrency,
    int CalendarVersion,
    long Acts = 0)
{
    public const string Kind = "eod";
    static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new LogPositionJson() },
    };

    public string ToJson() => JsonSerializer.Serialize(this, options);

    /// <exception cref="LakeException">Corrupt: not what <see cref="ToJson"/> writes.</exception>
    public static PublicationBody Parse(string runId, string json)
    {
        try
        {
            return JsonSerializer.Deserialize<PublicationBody>(json, options) is { Days: not null, Cut: not null, Models: not null } body
                ? body : throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw LakeException.Corrupt($"the ledger's record of the publication by run {runId} cannot be read ({e.Message})", e);
        }
    }
}

/// <param name="HasSource">Whether the source's manifest was there; null: a publication of before it was noted.</param>
internal sealed record PublishedDay(DateOnly Date, string Tag, bool? HasSource = null);
