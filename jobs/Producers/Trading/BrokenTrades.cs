using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>Trade rows that can be decoded and break a rule: what quarantine is for. None of them is ever live.</summary>
sealed class BrokenTrades(DayWriter writer, TradeFlow flow, IReadOnlyList<Account> accounts, EncodedText source, SeededRandom random)
{
    static readonly EncodedText Unknown = new("NOSUCH");

    /// <summary>How many forms there are.</summary>
    public const int Forms = 6;

    /// <summary>Sends the rows of one form.</summary>
    public void Send(int form, long time, Instrument instrument, long price)
    {
        switch (form)
        {
            case 0:
                writer.Write(Row(time, instrument, -price));
                writer.Tally.Quarantined("negative_price");
                break;
            case 1:
                writer.Write(Row(time, instrument, price) with { Instrument = Unknown });
                writer.Tally.Quarantined("unknown_instrument");
                break;
            case 2:
                // Refers to a sequence that this feed never gave.
                writer.Write(Row(time, instrument, price) with { Kind = TradeKind.Correct, RefSequence = flow.NextSequence() });
                writer.Tally.Quarantined("unknown_reference");
                break;
            case 3:
                SendConflictingDuplicate(time, instrument, price);
                break;
            case 4:
                SendQuarantinedChain(time, instrument, price);
                break;
            default:
                SendBrokenCorrection(time, instrument, price);
                break;
        }
    }

    /// <summary>The first of the two stays; the other says something else under the same sequence.</summary>
    void SendConflictingDuplicate(long time, Instrument instrument, long price)
    {
        var chain = flow.Trade(time, instrument, price, price, mayChange: false);
        writer.Write(flow.New(chain, chain.Live!.Value with { Price = price + 10_000 }));
        writer.Tally.Repeat(Topics.Trades);
        writer.Tally.Quarantined("conflicting_duplicate");
    }

    /// <summary>A NEW that is quarantined takes its sound correction with it.</summary>
    void SendQuarantinedChain(long time, Instrument instrument, long price)
    {
        var row = Row(time, instrument, -price);
        writer.Write(in row);
        writer.Write(row with
        {
            Kind = TradeKind.Correct,
            RefSequence = row.Sequence,
            Sequence = flow.NextSequence(),
            IngestTime = row.IngestTime + 1,
            Price = price,
        });
        writer.Tally.Quarantined("negative_price");
        writer.Tally.Quarantined("chain_of_quarantined_new");
    }

    /// <summary>A correction that is quarantined leaves the trade as it was.</summary>
    void SendBrokenCorrection(long time, Instrument instrument, long price)
    {
        var chain = flow.Trade(time, instrument, price, price, mayChange: false);
        writer.Write(flow.New(chain, chain.Live!.Value) with
        {
            Kind = TradeKind.Correct,
            RefSequence = chain.Sequence,
            Sequence = flow.NextSequence(),
            IngestTime = chain.IngestTime + 1,
            Price = -price,
        });
        writer.Tally.Quarantined("negative_price_correction");
    }

    TradeEvent Row(long time, Instrument instrument, long price)
    {
        var account = accounts[random.Next(accounts.Count)];
        return new(
            TradeKind.New,
            account.Id,
            instrument.Id,
            time,
            time + random.Next(200, 4_000),
            source,
            flow.NextSequence(),
            instrument.Currency,
            instrument.Venue)
        {
            Side = Side.Buy,
            Price = price,
            Quantity = 10_000L * instrument.Lot,
            Fee = 0,
        };
    }
}
