using System.Globalization;
using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Permit;
using Decimal = Dart.Lake.Schemas.Permit.Decimal;

namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>
/// The middle office watches the seeded accounts: statements through the day, all of them at the end. Its numbers are its own view.
/// </summary>
/// <param name="fixing">Units of the second currency for one of the first.</param>
/// <param name="mark">Latest price of an instrument, unscaled with 6 places.</param>
sealed class PermitFlow(
    DayWriter writer, LiveBook book, IReadOnlyList<Account> accounts,
    IReadOnlyList<Instrument> instruments, string source, SeededRandom random, long firstSequence,
    Func<string, string, decimal> fixing, Func<Instrument, long> mark)
{
    static readonly string[] Channels = ["PHONE", "CHAT", "EMAIL", "MEETING"];
    static readonly string[] Counterparties = ["Ardent Capital", "Birch & Cole", "Castellan Bank", "Dunmore Partners", "Eastgate Trust"];
    static readonly string[] Notes = ["asks for a quote in size", "confirms the fill", "disputes the fee", "wants the allocation by four", "asks why the order waited"];
    static readonly (string Measure, decimal Share)[] RiskMeasures = [("VAR_95", 0.021m), ("VAR_99", 0.034m), ("ES_95", 0.029m), ("ES_99", 0.041m)];

    long sequence = firstSequence, trades;

    /// <summary>Sees a trade: reports one in 200, states the position after one in 400, speaks of one in 800.</summary>
    public void Watch(TradeChain chain, long time)
    {
        trades++;
        if (trades % 200 == 1)
            Report(chain, time);
        if (trades % 400 == 2)
            StatePosition(chain.Account, chain.Instrument, time);
        if (trades % 800 == 3)
            Interact(chain.Account, time);
    }

    /// <summary>Exposure, risk and margin of every account.</summary>
    public void StateAccounts(long time)
    {
        foreach (var account in accounts)
        {
            var values = instruments.Select(instrument => (instrument, quantity: book.Position(account, instrument)))
                .Where(held => held.quantity != 0)
                .Select(held => Value(held.instrument, held.quantity) * fixing(held.instrument.Currency.Text, account.Currency)).ToArray();
            var gross = Rounded(values.Sum(Math.Abs));
            StateExposure(account, time, "GROSS", gross);
            StateExposure(account, time, "NET", Rounded(values.Sum()));
            foreach (var (measure, share) in RiskMeasures)
                Send(account, time, permit => permit.Risk = new RiskStatement
                {
                    Measure = measure,
                    Amount = Exact(Rounded(gross * share)),
                    Currency = account.Currency,
                });
            var required = Rounded(gross * 0.15m);
            var available = Rounded(account.MarginLimit / 100m * 0.2m);
            Send(account, time, permit => permit.Margin = new MarginCall
            {
                Required = Exact(required),
                Available = Exact(available),
                Currency = account.Currency,
            });
        }
    }

    /// <summary>Every position that is not nought.</summary>
    public void StatePositions(long time)
    {
        foreach (var account in accounts)
            foreach (var instrument in instruments)
                if (book.Position(account, instrument) != 0)
                    StatePosition(account, instrument, time);
    }

    void Report(TradeChain chain, long time)
    {
        if (chain.Live is not { } terms)
            return;
        Send(chain.Account, time, permit => permit.Trade = new TradeReport
        {
            Instrument = chain.Instrument.Id.Text,
            Side = terms.Side.Word(),
            Quantity = Exact(terms.Quantity / 10_000m),
            Price = Exact(terms.Price / 1_000_000m),
            Currency = chain.Instrument.Currency.Text,
            TradeSource = source,
            TradeSequence = chain.Sequence,
        });
    }

    void StatePosition(Account account, Instrument instrument, long time)
    {
        var quantity = book.Position(account, instrument);
        Send(account, time, permit => permit.Position = new PositionStatement
        {
            Instrument = instrument.Id.Text,
            Quantity = Exact(quantity / 10_000m),
            AveragePrice = Exact(book.AveragePrice(account, instrument) / 1_000_000m),
            MarketValue = Exact(Value(instrument, quantity)),
            Currency = instrument.Currency.Text,
        });
    }

    void StateExposure(Account account, long time, string measure, decimal amount) =>
        Send(
            account,
            time,
            permit => permit.Exposure = new ExposureStatement { Measure = measure, Amount = Exact(amount), Currency = account.Currency });

    void Interact(Account account, long time) =>
        Send(account, time, permit => permit.Interaction = new Interaction
        {
            Channel = Channels[random.Next(Channels.Length)],
            Counterparty = Counterparties[random.Next(Counterparties.Length)],
            Note = Notes[random.Next(Notes.Length)],
        });

    void Send(Account account, long time, Action<PermitEvent> body)
    {
        var permit = new PermitEvent
        {
            Account = account.Id.Text,
            EventTimeMicros = time,
            IngestTimeMicros = time + random.Next(1_000, 50_000),
            Source = source,
            Sequence = ++sequence,
        };
        body(permit);
        writer.Write(account.Id, permit);
    }

    /// <summary>Market value in instrument currency, exact.</summary>
    decimal Value(Instrument instrument, long quantity) => quantity / 10_000m * (mark(instrument) / 1_000_000m) * instrument.Multiplier;

    static decimal Rounded(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);

    static Decimal Exact(decimal value) => new() { Value = value.ToString("0.##########", CultureInfo.InvariantCulture) };
}
