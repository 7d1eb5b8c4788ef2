namespace Dart.Lake.Host.Output;

/// <summary>Does something to one table after the other, whatever happens to each, and says at the end what it goes without.</summary>
sealed class EachTable(CancellationToken cancel)
{
    readonly List<string> kept = [];
    readonly List<(string Says, Exception Why)> failed = [];
    bool isDone, isUnread;

    /// <summary>Tables that could not even be loaded.</summary>
    public void LeaveOut(IEnumerable<LakeException> tables)
    {
        failed.AddRange(tables.Select(why => (why.Message, (Exception)why)));
        isUnread = failed.Count > 0;
    }

    /// <param name="name">Of the table, for a failure that does not say it.</param>
    /// <param name="act">What is done.</param>
    /// <param name="mayBeKept">A table that must not be touched is told and is no failure.</param>
    public async Task DoAsync(string name, Func<Task> act, bool mayBeKept = false)
    {
        try
        {
            await act();
            isDone = true;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            var why = Failure.Describe(e);
            var says = why.Contains(name, StringComparison.Ordinal) ? why : $"{name}: {why}";
            if (mayBeKept && e is LakeException { Kind: LakeErrorKind.Invalid })
                kept.Add(says);
            else
                failed.Add((says, e));
        }
    }

    /// <summary>Prints what was done, then what was not.</summary>
    /// <param name="result">A row for each table that was done.</param>
    /// <param name="json">Whether a program reads it.</param>
    /// <param name="nothingElse">One table was wanted: its failure is that of the line.</param>
    /// <returns>The exit code: 2 when only lines that are wrong are to blame.</returns>
    public int End(ResultTable result, bool json, bool nothingElse)
    {
        if (nothingElse && !isDone && failed is [var only])
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(only.Why);
        result.Print(json);
        foreach (var says in kept)
            Failure.Note($"left as it is: {says}");
        foreach (var (says, _) in failed)
            Failure.Note($"left out: {says}");
        return failed.Count == 0 ? 0 : !isUnread && failed.TrueForAll(f => f.Why is LakeException { Kind: LakeErrorKind.Invalid }) ? 2 : 1;
    }
}
