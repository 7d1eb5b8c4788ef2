namespace Dart.Lake.Jobs.Producers;

/// <summary>
/// Spreads a share evenly over a count: of n calls at least floor(n ×
/// rate) are due, however small n is. What could not be done stays due.
/// </summary>
struct Quota(double rate)
{
    double due;

    public readonly bool IsDue => due >= 1;

    /// <summary>Counts one more; true when one is due.</summary>
    public bool Advance()
    {
        due += rate;
        return IsDue;
    }

    /// <summary>One that was due is done.</summary>
    public void Done() => due -= 1;

    /// <summary>Counts one more and takes what is due.</summary>
    public bool Take()
    {
        if (!Advance())
            return false;
        Done();
        return true;
    }
}
