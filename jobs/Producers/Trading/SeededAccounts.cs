namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>The accounts that trade in made days: 20 of them, in four desks.</summary>
static class SeededAccounts
{
    static readonly string[] Desks = ["EQUITY", "INDEX", "CURRENCY", "RELATIVE"];

    /// <summary>The currencies take turns.</summary>
    public static IReadOnlyList<Account> Make(params string[] currencies) =>
        [.. Enumerable.Range(0, 20).Select(i => new Account(
            i, new($"A{i + 1:000}"), $"Account {i + 1}", Desks[i / 5], currencies[i % currencies.Length], 2_800_000_000L + 800_000_000L * (i % 4)))];
}
