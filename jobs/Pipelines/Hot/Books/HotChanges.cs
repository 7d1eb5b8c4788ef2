namespace Dart.Lake.Jobs.Pipelines.Hot.Books;

/// <summary>What has changed between two flushes: positions, and the codes of instruments and accounts.</summary>
sealed record HotChanges(IReadOnlyList<Book> Positions, IReadOnlyList<int> Instruments, IReadOnlyList<int> Accounts)
{
    public static HotChanges None { get; } = new([], [], []);
}
