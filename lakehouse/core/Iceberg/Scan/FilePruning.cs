using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Scan;

/// <summary>Decides from summaries, partition values, counts and bounds whether a manifest or a file can hold a matching row.</summary>
static class FilePruning
{
    /// <summary>False only when no file of the manifest has a matching row.</summary>
    public static bool MayMatch(BoundFilter filter, PartitionType partition, ManifestFile manifest) =>
        manifest.Partitions is not { } summaries || summaries.Count != partition.Fields.Count
        || Evaluate(filter, leaf => PartitionMayMatch(leaf, partition, i => RangeOf(partition.Fields[i].Result!, summaries[i])));

    /// <summary>False only when the file has no matching row.</summary>
    public static bool MayMatch(BoundFilter filter, PartitionType partition, DataFile file) =>
        file.RecordCount > 0
        && Evaluate(filter, leaf => leaf.Test.MayMatch(RangeOf(leaf.Field, file))
            && PartitionMayMatch(leaf, partition, i => RangeOf(partition.Fields[i].Result!, file.Partition.Values[i])));

    static bool Evaluate(BoundFilter filter, Func<BoundFilter.Leaf, bool> leaf) => filter switch
    {
        BoundFilter.All { Parts: var parts } => parts.All(p => Evaluate(p, leaf)),
        BoundFilter.Any { Parts: var parts } => parts.Any(p => Evaluate(p, leaf)),
        _ => leaf((BoundFilter.Leaf)filter),
    };

    /// <summary>Every partition field that is made of the leaf's column must allow it.</summary>
    static bool PartitionMayMatch(BoundFilter.Leaf leaf, PartitionType partition, Func<int, ValueRange> range)
    {
        for (var i = 0; i < partition.Fields.Count; i++)
        {
            var (field, source, result) = partition.Fields[i];
            if (field.SourceId == leaf.Field.Id && source is not null && result is not null
                && leaf.Test.Project(field.Transform, source) is { } projected && !projected.MayMatch(range(i)))
                return false;
        }
        return true;
    }

    static ValueRange RangeOf(IcebergType type, PartitionSummary summary)
    {
        var mayBeNan = type.Name is "float" or "double" && summary.ContainsNan != false;
        return ValueRange.Of(
            type, summary.ContainsNull, summary.LowerBound is not null || mayBeNan, mayBeNan, summary.LowerBound, summary.UpperBound);
    }

    static ValueRange RangeOf(IcebergType type, object? value)
    {
        if (PartitionValues.ToLiteral(type, value) is not { } literal)
            return new(MayBeNull: true, MayBeValue: false, MayBeNan: false, null, null);
        return literal.Kind == LiteralKind.Real && double.IsNaN(literal.RealValue)
            ? new(MayBeNull: false, MayBeValue: true, MayBeNan: true, null, null)
            : new(MayBeNull: false, MayBeValue: true, MayBeNan: false, literal, literal);
    }

    /// <summary>A column without counts, such as one added after the file was written, may hold anything.</summary>
    static ValueRange RangeOf(SchemaField field, DataFile file)
    {
        var nulls = file.NullValueCounts.TryGetValue(field.Id, out var n) ? n : (long?)null;
        var mayBeNull = !field.Required && nulls != 0;
        var mayBeValue = nulls is null || !file.ValueCounts.TryGetValue(field.Id, out var values) || values > nulls;
        var mayBeNan = field.Type.Name is "float" or "double" && !(file.NanValueCounts.TryGetValue(field.Id, out var nans) && nans == 0);
        return ValueRange.Of(
            field.Type,
            mayBeNull,
            mayBeValue,
            mayBeNan,
            file.LowerBounds.GetValueOrDefault(field.Id),
            file.UpperBounds.GetValueOrDefault(field.Id));
    }
}
