using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Prices;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>A position at the cut; null: a number that cannot be computed, or a mark that there is not.</summary>
sealed record ClosedPosition(
    string Account,
    string Instrument,
    string Currency,
    long? Quantity,
    Int128? Cost,
    long? Mark,
    Int128? Realised,
    Int128? Unrealised,
    Int128? Fees,
    long? Volume,
    int Trades);

/// <summary>An open lot, at the cut or at the opening of the day.</summary>
sealed record ClosedLot(string Account, string Instrument, string Source, Lot Lot);

/// <summary>A position whose numbers are beyond their types at the opening of a day.</summary>
sealed record LostOpening(string Account, string Instrument);

/// <summary>The state at the cut of a day, as <c>ops.hot_close</c> holds it.</summary>
/// <param name="Day">Days since 1970.</param>
/// <param name="CutAt">Watermark, UTC microseconds.</param>
/// <param name="Positions">V.</param>
/// <param name="Accounts">All accounts that hold for the day.</param>
/// <param name="Books">Positions open, traded on the day, or ended on it by a split.</param>
/// <param name="Lots">Open lots in FIFO order.</param>
/// <param name="Opening">The lots that the day opened with, before its splits: what a restart folds the day's trades from.</param>
sealed record HotClose(
    int Day, long CutAt, IReadOnlyList<LogPosition> Positions, IReadOnlyList<AccountValue> Accounts,
    IReadOnlyList<ClosedPosition> Books, IReadOnlyList<ClosedLot> Lots, IReadOnlyList<ClosedLot> Opening)
{
    /// <summary>The last act of <c>ops.acts</c> whose released rows the state has.</summary>
    public long Acts { get; init; }

    /// <summary>Positions whose opening cannot be computed.</summary>
    public IReadOnlyList<LostOpening> LostOpenings { get; init; } = [];

    /// <summary>Reads the day's numbers from the state, which shows that day from then on.</summary>
    public static HotClose Of(HotState state, int day, long cutAt, IReadOnlyList<LogPosition> positions)
    {
        state.Show(day);
        state.Settle();
        var values = new HotValues(state);
        var (names, books) = (state.Names, new List<ClosedPosition>());
        var (lots, opening, lost) = (new List<ClosedLot>(), new List<ClosedLot>(), new List<LostOpening>());
        foreach (var book in state.Books)
        {
            var (account, instrument) = (names.Accounts[book.Account], names.Instruments[book.Instrument]);
            if (book.OpeningOf(day) is { } opened)
                opening.AddRange(opened.Select(lot => new ClosedLot(account, instrument, names.Sources[lot.Source], lot)));
            else
                lost.Add(new(account, instrument));
            if (values.Value(book, day) is not { Currency: not null } value || book.IsIdle)
                continue;
            books.Add(Position(account, instrument, book, value));
            lots.AddRange(book.Lots.Select(lot => new ClosedLot(account, instrument, names.Sources[lot.Source], lot)));
        }
        var accounts = state.References.AccountIds.Select(id => values.Value(names.Accounts.Of(id), day)).OfType<AccountValue>().ToList();
        return new(day, cutAt, positions, accounts, books, lots, opening) { LostOpenings = lost };
    }

    static ClosedPosition Position(string account, string instrument, Book book, PositionValue value) => new(
        account,
        instrument,
        value.Currency!,
        book.IsLost ? null : book.Quantity,
        book.IsLost ? null : book.Cost,
        value.IsLost || value.Mark.Source == MarkSource.None ? null : value.Mark.Price,
        value.IsLost ? null : book.Realised,
        value.IsLost ? null : value.Unrealised,
        value.IsLost ? null : book.Fees,
        value.IsLost ? null : (long)book.Volume,
        book.Trades);
}
