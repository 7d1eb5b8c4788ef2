using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>What is traded. <paramref name="Lot"/> is the smallest usual quantity, in units.</summary>
sealed record Instrument(
    int Index, EncodedText Id, InstrumentKind Kind, string Name, EncodedText Currency, EncodedText Venue, int Multiplier, int Lot)
{
    /// <summary>Venues that its trades come from; the primary one among them.</summary>
    public required IReadOnlyList<TradingVenue> TradedAt { get; init; }

    public OptionTerms? Option { get; init; }
}

/// <summary>Strike is unscaled with 6 places.</summary>
sealed record OptionTerms(string Underlying, long Strike, DateOnly Expiry, OptionRight Right, ExerciseStyle Exercise);

/// <summary>A trading account. The limit is unscaled with 2 places, in its currency.</summary>
sealed record Account(int Index, EncodedText Id, string Name, string Desk, string Currency, long MarginLimit);

/// <summary>A venue and what it charges: per unit (unscaled, 6 places) and of the notional (in thousand millionths).</summary>
sealed record TradingVenue(EncodedText Mic, long FeePerUnit, long FeeOfNotional)
{
    static readonly TradingVenue[] Shares = [New("XNYS", 3_000, 0), New("XNAS", 2_800, 0), New("ARCX", 2_500, 0), New("BATS", 2_900, 0)];

    public static IReadOnlyList<TradingVenue> Equities => Shares;

    public static IReadOnlyList<TradingVenue> Options { get; } = [New("XCBO", 650_000, 0)];

    public static IReadOnlyList<TradingVenue> Currencies { get; } = [New("FXAL", 0, 20_000)];

    /// <summary>Fee in instrument currency, unscaled with 6 places, rounded down. Price has 6 places, quantity 4.</summary>
    public long Fee(long price, long quantity, int multiplier) => checked((long)(
        (Int128)quantity * FeePerUnit / 10_000 + (Int128)price * quantity * multiplier / 10_000 * FeeOfNotional / 1_000_000_000));

    static TradingVenue New(string mic, long perUnit, long ofNotional) => new(new EncodedText(mic), perUnit, ofNotional);
}
