using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>What the simulated market is made of. The same settings and date give the same bytes.</summary>
/// <param name="Seed">Another seed is another market.</param>
/// <param name="Trades">New executions of the day; market data follow in proportion.</param>
/// <param name="PriorTrades">New executions of the day before, as it was or will be
/// produced; 0: there is no day before, and none of its trades is corrected.</param>
/// <param name="Speed">Multiple of real time; null: as fast as possible.</param>
/// <param name="ListingDate">Date that decides which options are listed. The day before
/// has the same ones when it is given the same date; null: the day produced.</param>
public sealed record SimulationSettings(
    int Seed,
    int Trades,
    int PriorTrades = 2_000,
    double? Speed = null,
    DateOnly? ListingDate = null)
{
    /// <summary>The day before as a manifest says that it was made; null: the short day that goes with this one.</summary>
    public SimulatedFrom? Prior { get; init; }

    /// <summary>The same for a day that follows one that was produced as a whole: its corrections name that one's trades.</summary>
    public SimulationSettings Following(DayManifest prior) => this with
    {
        PriorTrades = prior.Simulated?.Trades ?? 0,
        Prior = prior.Simulated,
    };

    /// <summary>For a date of a data folder: following the day before when that one was produced into it.</summary>
    public SimulationSettings In(string dataDir, DateOnly date) =>
        DayManifest.Find(dataDir, SimulatedMarket.PriorTo(date)) is { Simulated: not null } before ? Following(before) : this;

    public const int FewestTrades = 500, MostTrades = 100_000_000;

    internal SimulationSettings Checked()
    {
        if (Trades is < FewestTrades or > MostTrades)
            throw LakeException.Invalid($"{Trades} trades make no day; give {FewestTrades} to {MostTrades}");
        if (PriorTrades != 0 && PriorTrades is < FewestTrades or > MostTrades)
            throw LakeException.Invalid($"{PriorTrades} trades make no day before; give 0 or {FewestTrades} to {MostTrades}");
        Pacer.Checked(Speed);
        return this;
    }
}
