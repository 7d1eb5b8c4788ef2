namespace Dart.Lake.Lakehouse.HotStore;

/// <summary>Where the hot store is.</summary>
public sealed record HotStoreSettings
{
    /// <summary><c>host:port</c>.</summary>
    public required string Address { get; init; }

    public string? Password { get; init; }

    /// <summary>What this lake's keys and channel begin with, before a colon; empty: nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Of every key; renewed while the writer lives.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long one call may take before it is tried again.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Memory of a server that drops keys beyond it; null: not ours to check.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The address; never the password.</summary>
    public override string ToString() => Address;
}
