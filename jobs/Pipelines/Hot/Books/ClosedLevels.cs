namespace Dart.Lake.Jobs.Pipelines.Hot.Books;

/// <summary>What an account's open positions had made at a cut.</summary>
/// <param name="Account">The account.</param>
/// <param name="Currency">Its currency on that day.</param>
/// <param name="Unrealised">In it, 2 places; null: not known, because a fixing or a number lacked.</param>
readonly record struct AccountLevel(string Account, string Currency, long? Unrealised);

/// <summary>
/// The levels of the last two cuts, which the totals of the days after them begin at: until the next day has a row, the day that is
/// shown is the one that was cut last. As they were at the cut; what came late since is told by the day's restatement.
/// </summary>
sealed class ClosedLevels
{
    (int Day, IReadOnlyDictionary<string, AccountLevel> Levels)? last, before;

    /// <summary>A day is cut.</summary>
    public void Close(int day, IEnumerable<AccountLevel> levels)
    {
        before = last;
        last = (day, levels.ToDictionary(level => level.Account, StringComparer.Ordinal));
    }

    /// <summary>The level that a day began at: nought for an account that the cut before did not have; null: it is not known.</summary>
    public long? Before(int day, string account, string currency)
    {
        if ((last?.Day < day ? last : before)?.Levels.TryGetValue(account, out var level) != true)
            return 0;
        return level.Currency == currency ? level.Unrealised : null;
    }
}
