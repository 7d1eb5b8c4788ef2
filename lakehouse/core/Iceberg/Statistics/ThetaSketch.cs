namespace Dart.Lake.Lakehouse.Iceberg.Statistics;

/// <summary>
/// A theta sketch as Apache DataSketches keeps it when it is done: the hashes of a set's values that lie below a threshold. Immutable.
/// </summary>
/// <param name="Theta">The threshold; <see cref="Whole"/> while no hash was left out.</param>
/// <param name="Hashes">All distinct ones below it, ascending.</param>
sealed record ThetaSketch(long Theta, long[] Hashes)
{
    /// <summary>No hash lies above: the sketch holds each value, and counts exactly.</summary>
    public const long Whole = long.MaxValue;

    public static ThetaSketch Empty { get; } = new(Whole, []);

    /// <summary>How many distinct values the set has: those kept, over the share of all hashes that lies below the threshold.</summary>
    public double Estimate => Theta == Whole ? Hashes.Length : Hashes.Length / (Theta / (double)long.MaxValue);
}
