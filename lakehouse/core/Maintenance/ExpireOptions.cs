namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>Which snapshots an expiry may take.</summary>
/// <param name="Before">Those that were not the current one at that time or later.</param>
/// <param name="Keep">At least so many of the newest stay.</param>
public sealed record ExpireOptions(DateTimeOffset Before, int Keep = 1);
