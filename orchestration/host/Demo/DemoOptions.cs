namespace Dart.Lake.Host.Demo;

/// <summary>What the demo was asked for.</summary>
/// <param name="DataDir">The market's own folder.</param>
/// <param name="Market">sim or lean.</param>
/// <param name="LeanDir">Root of the LEAN folder, for the market lean.</param>
/// <param name="SkipBad">Whether bad files of it are left out.</param>
/// <param name="Brokers">A real Kafka; empty: the in-process one.</param>
/// <param name="Redis">A real Redis; empty: the embedded Garnet.</param>
/// <param name="RedisPort">Of the embedded Garnet; 0: a free one.</param>
/// <param name="Partitions">Per topic.</param>
/// <param name="CommitInterval">Of bronze.</param>
sealed record DemoOptions(
    string DataDir,
    string Market,
    DateOnly Date,
    int Trades,
    int Seed,
    string? LeanDir,
    bool SkipBad,
    string? Brokers,
    string[]? Client,
    string? Redis,
    int RedisPort,
    int Partitions,
    TimeSpan CommitInterval);
