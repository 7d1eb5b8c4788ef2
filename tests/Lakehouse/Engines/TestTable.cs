using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>A table that no catalog has, to read files by.</summary>
static class TestTable
{
    public static Table Of(IcebergSchema schema, PartitionSpec? spec = null, params (string Name, string Value)[] properties) =>
        new(new("cases", "t"), "file:///nowhere/t.metadata.json", new TableMetadata
        {
            TableUuid = "9c12d441-03fe-4693-9a96-a0705ddf69c1",
            Location = "file:///nowhere/t",
            LastUpdatedMs = 0,
            LastColumnId = schema.HighestFieldId,
            Schemas = [schema],
            CurrentSchemaId = schema.SchemaId,
            PartitionSpecs = [spec ?? new(0, [])],
            DefaultSpecId = spec?.SpecId ?? 0,
            LastPartitionId = 999,
            Properties = properties.ToDictionary(p => p.Name, p => p.Value),
        });
}
