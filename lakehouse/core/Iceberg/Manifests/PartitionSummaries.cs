using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>
/// Folds the partition values of a manifest's entries into one summary per field (spec, "Manifest Lists", field_summary).
/// </summary>
sealed class PartitionSummaries(PartitionType partition)
{
    readonly bool[] nulls = new bool[partition.Fields.Count], nans = new bool[partition.Fields.Count];
    readonly Literal?[] lower = new Literal?[partition.Fields.Count], upper = new Literal?[partition.Fields.Count];

    public void Add(IReadOnlyList<Literal?> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is not { } value)
                nulls[i] = true;
            else if (value.Kind == LiteralKind.Real && double.IsNaN(value.RealValue))
                nans[i] = true;
            else
            {
                lower[i] = lower[i] is { } low && low <= value ? low : value;
                upper[i] = upper[i] is { } high && high >= value ? high : value;
            }
        }
    }

    public IReadOnlyList<PartitionSummary> ToList() =>
    [
        .. partition.Fields.Select((f, i) => new PartitionSummary(nulls[i], nans[i],
            lower[i] is { } low ? SingleValue.Serialize(f.Result!, low) : null,
            upper[i] is { } high ? SingleValue.Serialize(f.Result!, high) : null)),
    ];
}
