namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>What a search for orphans found.</summary>
/// <param name="Orphans">In the order of their paths.</param>
/// <param name="Spared">Folders that it looked over.</param>
public sealed record OrphanSearch(IReadOnlyList<OrphanFile> Orphans, IReadOnlyList<SparedFolder> Spared);
