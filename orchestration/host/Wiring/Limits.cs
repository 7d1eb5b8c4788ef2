using Dart.Lake.Jobs.Producers.Simulation;

namespace Dart.Lake.Host.Wiring;

/// <summary>What a number may be, both ends included; flags and settings have the same.</summary>
readonly record struct Limits(int From, int To)
{
    public static readonly Limits
        Any = new(int.MinValue, int.MaxValue),
        Partitions = new(1, 1024),
        CommitIntervalMs = new(10, 600_000),
        Port = new(0, 65_535),
        Trades = new(SimulationSettings.FewestTrades, SimulationSettings.MostTrades);

    public override string ToString() => $"{From} to {To}";
}
