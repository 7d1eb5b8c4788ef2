using System.Globalization;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>
/// A bronze table's word on how far it is: the table property <c>dartlake.position</c>, else the newest summary that has
/// <c>dartlake.offsets</c>. Names and types are those of
/// schemas, but the text is parsed here and not by the jobs' code, which is what is proved.
/// </summary>
sealed record RecordedPositions(IReadOnlyDictionary<LogPartition, long> Next, long? SnapshotId)
{
    public static RecordedPositions None { get; } = new(new Dictionary<LogPartition, long>(), null);

    /// <exception cref="LakeException">Corrupt: the property or the summary is not what a job writes.</exception>
    public static RecordedPositions Of(Table table)
    {
        try
        {
            if (table.Metadata.Properties.TryGetValue(LakeNames.Position, out var text))
                return OfProperty(text);
            var summary = table.Metadata.CurrentSnapshot is { } current
                ? table.Metadata
                    .AncestryOf(current)
                    .Select(s => s.Summary.GetValueOrDefault(LakeNames.Offsets))
                    .FirstOrDefault(s => s is not null)
                : null;
            if (summary is null)
                return None;
            using var json = JsonDocument.Parse(summary);
            return new(Offsets(json.RootElement), null);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw LakeException.Corrupt($"{table.Ident}: its recorded position is not what a job writes ({e.Message}); look at the property {LakeNames.Position}", e);
        }
    }

    /// <summary>The offsets in the snapshot's summary, or null when it has none.</summary>
    public static IReadOnlyDictionary<LogPartition, long>? OfSummary(Snapshot snapshot)
    {
        if (!snapshot.Summary.TryGetValue(LakeNames.Offsets, out var text))
            return null;
        using var json = JsonDocument.Parse(text);
        return Offsets(json.RootElement);
    }

    static RecordedPositions OfProperty(string text)
    {
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        return new(Offsets(root.GetProperty("logs")), root.GetProperty("snapshot-id").GetInt64());
    }

    /// <summary>log → topic → partition → next offset; in the property the offset lies in an object beside the anchor.</summary>
    static Dictionary<LogPartition, long> Offsets(JsonElement logs)
    {
        var next = new Dictionary<LogPartition, long>();
        foreach (var log in logs.EnumerateObject())
            foreach (var topic in log.Value.EnumerateObject())
                foreach (var partition in topic.Value.EnumerateObject())
                    next[new(log.Name, topic.Name, int.Parse(partition.Name, CultureInfo.InvariantCulture))] =
                        (partition.Value.ValueKind == JsonValueKind.Object ? partition.Value.GetProperty("next") : partition.Value).GetInt64();
        return next;
    }
}
