namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>Offsets from <paramref name="From"/> up to, not including, <paramref name="To"/>.</summary>
public readonly record struct OffsetRun(long From, long To)
{
    public long Count => To - From;

    public override string ToString() => Count == 1 ? $"{From}" : $"{From}..{To - 1}";
}
