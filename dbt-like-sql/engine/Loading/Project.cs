using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>A loaded project: all that its files say, checked against each other.</summary>
public sealed record Project
{
    /// <summary>The name of the project that comes with the platform: the one that writes silver and gold.</summary>
    public const string Platform = "dart_lake";

    /// <summary>The model that says what of gold agrees, and what does not.</summary>
    public const string Reconciliation = "reconciliation";

    public required string Name { get; init; }
    public required string Folder { get; init; }
    internal IReadOnlyDictionary<string, Model> Models { get; init; } = new Dictionary<string, Model>();
    internal IReadOnlyDictionary<string, Seed> Seeds { get; init; } = new Dictionary<string, Seed>();
    internal IReadOnlyDictionary<string, TableIdent> Sources { get; init; } = new Dictionary<string, TableIdent>();
    internal IReadOnlyList<Template> Macros { get; init; } = [];
    internal IReadOnlyList<SingularAudit> Audits { get; init; } = [];
    internal ProjectContracts Contracts { get; init; } = new();
    internal IReadOnlyDictionary<string, object?> Vars { get; init; } = new Dictionary<string, object?>();

    /// <summary>Whether the platform's own tables are this project's.</summary>
    public bool IsPlatform => Name == Platform;

    /// <summary>Whether a model's rows are published as gold, which is reconciled before.</summary>
    public bool IsGold(string model) => Models.GetValueOrDefault(model) is { IsPublished: true, Target.Namespace: "gold" };

    public bool HasModel(string name) => Models.ContainsKey(name);

    /// <summary>By model; changes when the model's text or a macro's changes.</summary>
    public IReadOnlyDictionary<string, string> Fingerprints =>
        Models.Values.OrderBy(m => m.Name, StringComparer.Ordinal).ToDictionary(m => m.Name, m => m.Fingerprint, StringComparer.Ordinal);

    /// <summary>Absolute folders of files that models read: those of the seeds.</summary>
    public IReadOnlyList<string> SeedFolders =>
        [.. Seeds.Values.Select(s => Path.GetDirectoryName(s.File)!).Distinct(StringComparer.Ordinal)];

    /// <summary>Names that the engine brings itself: <c>venue_sessions</c>, <c>quarantine</c> where no model has the name.</summary>
    internal static IReadOnlyList<string> NativeNames { get; } = ["venue_sessions", "quarantine"];
}
