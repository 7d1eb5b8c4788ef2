using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>What an expiry did.</summary>
/// <param name="Expired">Snapshots that went.</param>
/// <param name="Kept">Snapshots that stay.</param>
/// <param name="Needed">Of these, those that would have gone by their age: tags, the position or a run need them.</param>
/// <param name="FilesWaiting">Files of the whole lake that wait for their deletion, those of before included.</param>
public sealed record ExpireReport(TableIdent Table, int Expired, int Kept, int Needed, int FilesWaiting);
