using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Views;

/// <summary>
/// View metadata (view specification, version 1). Kept for the engines that read them; nothing here runs a view. Immutable.
/// </summary>
sealed record ViewMetadata
{
    public required string ViewUuid { get; init; }

    /// <summary>Folder of the view, without a trailing slash.</summary>
    public required string Location { get; init; }
    public IReadOnlyList<IcebergSchema> Schemas { get; init; } = [];
    public int CurrentVersionId { get; init; }
    public IReadOnlyList<ViewVersion> Versions { get; init; } = [];

    /// <summary>One entry per change of the current version, oldest first.</summary>
    public IReadOnlyList<ViewLogEntry> Log { get; init; } = [];
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    public ViewVersion? Find(int version) => Versions.FirstOrDefault(v => v.VersionId == version);

    /// <summary>The folder of its metadata files.</summary>
    public string MetadataFolder => Properties.GetValueOrDefault("write.metadata.path", $"{Location}/metadata").TrimEnd('/');
}

/// <summary>One definition of a view, as JSON but for what is looked at.</summary>
/// <param name="VersionId">From 1.</param>
/// <param name="SchemaId">Of its columns.</param>
/// <param name="TimestampMs">Milliseconds since 1970, UTC.</param>
/// <param name="Rest">Summary, representations, default catalog and namespace, by name.</param>
sealed record ViewVersion(int VersionId, int SchemaId, long TimestampMs, IReadOnlyDictionary<string, JsonElement> Rest)
{
    /// <summary>Whether both define the same, whenever that was.</summary>
    public bool SameAs(ViewVersion other) => SchemaId == other.SchemaId && Rest.Count == other.Rest.Count
        && Rest.All(part => other.Rest.TryGetValue(part.Key, out var value) && JsonElement.DeepEquals(part.Value, value));

    /// <summary>The dialects of SQL that it is written in.</summary>
    public IReadOnlyList<string> Dialects => Rest.TryGetValue("representations", out var all)
        ? [.. all.EnumerateArray().Select(r => r.Text("dialect"))]
        : throw LakeException.Corrupt("the field 'representations' is missing");
}

/// <summary>When a version became the current one.</summary>
sealed record ViewLogEntry(long TimestampMs, int VersionId);
