using System.Text.Json;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>A Puffin file of statistics that a table names (spec, "Table Statistics"): one per snapshot.</summary>
/// <param name="Path">Its location.</param>
/// <param name="FileSizeInBytes">Exactly: readers find the footer by it.</param>
/// <param name="FooterSizeInBytes">From the footer's first magic to the file's end.</param>
/// <param name="Blobs">What is in it.</param>
sealed record StatisticsFile(
    long SnapshotId, string Path, long FileSizeInBytes, long FooterSizeInBytes, IReadOnlyList<StatisticsBlob> Blobs)
{
    /// <summary>
    /// Names of files of ours begin and end so. Of those only the newest stay; another engine's stay as long as their snapshot, or until
    /// statistics of the same one take their place.
    /// </summary>
    public const string Prefix = "ndv-", Suffix = ".stats";

    /// <exception cref="LakeException">Corrupt: a field is missing or of another type.</exception>
    public static StatisticsFile Read(JsonElement json) => new(
        json.Long("snapshot-id"),
        json.Text("statistics-path"),
        json.Long("file-size-in-bytes"),
        json.Long("file-footer-size-in-bytes"),
        [.. json.Items("blob-metadata").Select(StatisticsBlob.Read)]);

    /// <summary>Whether an entry of the metadata names a file that we have written.</summary>
    public static bool IsOurs(JsonElement json) => json.OptionalText("statistics-path") is { } path
        && path[(path.LastIndexOf('/') + 1)..] is var name
        && name.StartsWith(Prefix, StringComparison.Ordinal)
        && name.EndsWith(Suffix, StringComparison.Ordinal);

    public JsonElement ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("snapshot-id", SnapshotId);
            json.WriteString("statistics-path", Path);
            json.WriteNumber("file-size-in-bytes", FileSizeInBytes);
            json.WriteNumber("file-footer-size-in-bytes", FooterSizeInBytes);
            json.WriteStartArray("blob-metadata");
            foreach (var blob in Blobs)
            {
                json.WriteStartObject();
                blob.Write(json);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }
}

/// <summary>One blob of a statistics file, as the table's metadata repeats it.</summary>
/// <param name="Type">Such as <see cref="Theta"/>.</param>
/// <param name="SnapshotId">That it was computed from.</param>
/// <param name="SequenceNumber">Of that snapshot.</param>
/// <param name="Fields">Ids of the columns.</param>
/// <param name="Properties">Such as <see cref="Ndv"/>.</param>
sealed record StatisticsBlob(
    string Type, long SnapshotId, long SequenceNumber, IReadOnlyList<int> Fields, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>A theta sketch of a column's values, and the property with how many distinct ones it estimates (Puffin spec).</summary>
    public const string Theta = "apache-datasketches-theta-v1", Ndv = "ndv";

    /// <exception cref="LakeException">Corrupt: a field is missing or of another type.</exception>
    public static StatisticsBlob Read(JsonElement json) => new(
        json.Text("type"),
        json.Long("snapshot-id"),
        json.Long("sequence-number"),
        [.. json.Items("fields").Select(FieldOf)],
        json.Texts("properties"));

    static int FieldOf(JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var id)
        ? id
        : throw LakeException.Corrupt("a field of a blob is no id of a column");

    /// <summary>Writes its fields into an object that has begun.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", Type);
        json.WriteStartArray("fields");
        foreach (var field in Fields)
            json.WriteNumberValue(field);
        json.WriteEndArray();
        json.WriteNumber("snapshot-id", SnapshotId);
        json.WriteNumber("sequence-number", SequenceNumber);
        json.WriteTexts("properties", Properties);
    }
}
