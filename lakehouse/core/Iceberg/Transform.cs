namespace Dart.Lake.Lakehouse.Iceberg;

public enum TransformKind
{
    Identity,
    Bucket,
    Truncate,
    Year,
    Month,
    Day,
    Hour,
    Void,
    /// <summary>Of a later format: readers ignore it for pruning, writers refuse it.</summary>
    Unknown,
}

/// <summary>A partition transform (spec, "Partition Transforms"); <paramref name="Width"/> is N of bucket[N] and W of truncate[W].</summary>
public sealed record Transform(TransformKind Kind, int Width, string Text)
{
    public override string ToString() => Text;
}
