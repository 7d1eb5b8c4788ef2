namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>
/// What is wrong with the files of a day: of each file the first fault, a line with file and place. All are read
/// before anything is sent, and then either nothing is sent or, when bad files may be left out, the rest.
/// </summary>
sealed class LeanFaults
{
    readonly List<string> bad = [], remarks = [];

    public IReadOnlyList<string> Bad => bad;

    /// <summary>Something to know of a file that is used all the same.</summary>
    public void Remark(string line) => remarks.Add(line);

    /// <summary>Takes a fault in; one that another share has found in the same file is known.</summary>
    public void Add(LakeException fault)
    {
        if (!bad.Contains(fault.Message))
            bad.Add(fault.Message);
    }

    /// <summary>What is read from a file, or something else when the file is bad.</summary>
    public T Read<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            Add(e);
            return otherwise;
        }
    }

    /// <summary>Tells what was found, a line each.</summary>
    /// <exception cref="LakeException">Corrupt: there are bad files, and they may not be left out.</exception>
    public void Settle(bool skipBad, Action<string> tell)
    {
        remarks.ForEach(tell);
        if (bad.Count == 0)
            return;
        if (!skipBad && bad is [var only])
            throw LakeException.Corrupt($"{only}; nothing was sent (--skip-bad leaves the file out)");
        bad.ForEach(line => tell(skipBad ? $"left out: {line}" : line));
        if (!skipBad)
            throw LakeException.Corrupt($"{bad.Count} files are bad and nothing was sent, the first: {bad[0]}; --skip-bad leaves them out");
    }
}
