using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>
/// A spec's fields with the types of their sources and results in a table; null types: the source or transform is not known any more.
/// </summary>
sealed record PartitionType(PartitionSpec Spec, IReadOnlyList<(PartitionField Field, IcebergType? Source, IcebergType? Result)> Fields)
{
    /// <summary>Sources are looked up in the current schema, then in older ones: a spec may outlive its source column.</summary>
    /// <exception cref="LakeException">Corrupt: there is no such spec.</exception>
    public static PartitionType Of(TableMetadata table, int specId)
    {
        var spec = table.PartitionSpecs.FirstOrDefault(s => s.SpecId == specId)
            ?? throw LakeException.Corrupt($"a manifest is of partition spec {specId}, which the table does not have");
        return new(spec,
        [
            .. spec.Fields.Select(field =>
            {
                var source = (table.Schema.Find(field.SourceId)
                    ?? table.Schemas.Reverse().Select(s => s.Find(field.SourceId)).FirstOrDefault(f => f is not null))?.Type;
                return (field, source, source is null ? null : field.Transform.ResultType(source));
            }),
        ]);
    }

    /// <summary>The key with each value in the one C# type that manifests are read into, so that equal partitions are equal keys.</summary>
    /// <exception cref="LakeException">Invalid: the key has other values than the spec's fields take.</exception>
    public PartitionKey Normalize(PartitionKey key) =>
        new([.. Literals(key).Select((value, i) => PartitionValues.FromLiteral(Fields[i].Result!, value))]);

    /// <exception cref="LakeException">Invalid: the key has other values than the spec's fields take.</exception>
    public IReadOnlyList<Literal?> Literals(PartitionKey key)
    {
        if (key.Values.Count != Fields.Count)
            throw LakeException.Invalid($"a partition of {key.Values.Count} values, but partition spec {Spec.SpecId} has {Fields.Count} fields");
        return [.. Fields.Select((f, i) => PartitionValues.ToLiteral(
            f.Result ?? throw LakeException.Invalid($"the transform '{f.Field.Transform}' of partition field {f.Field.Name} cannot be written"), key.Values[i]))];
    }
}
