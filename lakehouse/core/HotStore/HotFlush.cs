namespace Dart.Lake.Lakehouse.HotStore;

/// <summary>What a flush found.</summary>
/// <param name="Keys">Hashes written.</param>
/// <param name="HasDroppedKeys">The server has lost keys since: everything must be written again.</param>
public sealed record HotFlush(int Keys, bool HasDroppedKeys);
