using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>
/// Prices of all instruments through one session. Each is a geometric Brownian motion from
/// the last close, tied to the day's (a bridge), with more movement at both ends of the day,
/// jumps, and a spread that widens with both. Options follow the index by Black and Scholes.
/// </summary>
sealed class MarketPaths
{
    /// <summary>Microseconds in which a spread that a jump has widened comes back by about two thirds.</summary>
    const double Calming = 180e6;

    readonly SimulatedUniverse universe;
    readonly VenueSession session;
    readonly SeededRandom random;
    readonly State[] states;
    readonly double sessionMicros;

    public MarketPaths(SimulatedUniverse universe, CloseHistory history, SeededRandom random)
    {
        this.universe = universe;
        this.random = random;
        session = history.Days[^1];
        sessionMicros = session.ClosesAtMicros - session.OpensAtMicros;
        states = new State[universe.Instruments.Count];
        var today = history.Days.Count - 1;
        foreach (var walk in universe.Walks)
        {
            // A share that splits today opens in its new units.
            var (split, numerator, denominator) = history.SplitOf(today);
            var units = split == walk.Instrument ? (double)denominator / numerator : 1;
            states[walk.Instrument.Index] = new State
            {
                Mid = history.Level(walk.Instrument, today - 1) * units,
                Target = history.Level(walk.Instrument, today),
                Last = session.OpensAtMicros,
                Volatility = walk.DailyVolatility / Math.Sqrt(sessionMicros),
                Tick = walk.Tick,
                Spread = walk.SpreadTicks,
                Wide = 1,
            };
        }
        foreach (var option in universe.Options)
            states[option.Index] = new State
            {
                Strike = option.Option!.Strike / 1e6,
                Right = option.Option.Right,
                Expires = SimulatedUniverse.Calendar.SessionOf(option.Option.Expiry).ClosesAtMicros,
                Tick = 50_000,
                Wide = 1,
            };
        foreach (var instrument in universe.Instruments)
            Move(instrument, session.OpensAtMicros);
    }

    /// <summary>Large sudden moves so far.</summary>
    public int Jumps { get; private set; }

    /// <summary>Bid and ask of an instrument as they stand (unscaled, 6 places).</summary>
    public (long Bid, long Ask) Quote(Instrument instrument) => (states[instrument.Index].Bid, states[instrument.Index].Ask);

    /// <summary>Middle of bid and ask, on no tick.</summary>
    public long Middle(Instrument instrument) => (states[instrument.Index].Bid + states[instrument.Index].Ask) / 2;

    /// <summary>Lets an instrument move until a time, which may not lie before its last one.</summary>
    public void Move(Instrument instrument, long time)
    {
        ref var state = ref states[instrument.Index];
        var passed = Math.Clamp((time - session.OpensAtMicros) / sessionMicros, 0, 1);
        if (instrument.Kind == InstrumentKind.Option)
            Price(ref state, time, passed);
        else
            Walk(ref state, time, passed);
    }

    void Walk(ref State state, long time, double passed)
    {
        var step = (double)(time - state.Last);
        var shape = DayShape.Volatility(passed);
        if (step > 0)
        {
            var left = session.ClosesAtMicros - state.Last;
            if (left > 0)
                state.Mid += (state.Target - state.Mid) * Math.Min(1, step / left);
            // Within the last second the path has arrived.
            if (left > 1_000_000)
                state.Mid *= 1 + state.Volatility * shape * Math.Sqrt(step) * random.NextNormal();
            state.Last = time;
            state.Wide = 1 + (state.Wide - 1) * Math.Exp(-step / Calming);
            if (random.NextBits() < JumpThreshold(step))
            {
                var direction = random.Next(2) == 0 ? -1 : 1;
                state.Mid *= 1 + direction * (3 + 4 * random.NextDouble()) * state.Volatility * Math.Sqrt(sessionMicros) / 4;
                state.Wide = 5;
                Jumps++;
            }
        }
        var half = Math.Max(1, (int)(state.Spread * shape * state.Wide * 0.5 + 0.5));
        var middle = Math.Max(half + 1, (long)Math.Round(state.Mid * 1e6 / state.Tick));
        state.Bid = (middle - half) * state.Tick;
        state.Ask = (middle + half) * state.Tick;
    }

    /// <summary>Three jumps an instrument and day, on average.</summary>
    ulong JumpThreshold(double step) => (ulong)(Math.Min(1, 3 * step / sessionMicros) * ulong.MaxValue * 0.999);

    void Price(ref State state, long time, double passed)
    {
        ref var index = ref states[universe.Index.Index];
        var value = CloseHistory.OptionPrice(state.Right, state.Strike, state.Expires, index.Mid, time);
        var half = Math.Max(0.025, 0.0015 * value) * DayShape.Volatility(passed) * index.Wide;
        state.Bid = Math.Max(0, (long)Math.Floor((value - half) * 1e6 / state.Tick)) * state.Tick;
        state.Ask = Math.Max(1, (long)Math.Ceiling((value + half) * 1e6 / state.Tick)) * state.Tick;
    }

    struct State
    {
        public double Mid, Target, Volatility, Strike, Wide;
        public long Last, Tick, Bid, Ask, Expires;
        public int Spread;
        public OptionRight Right;
    }
}
