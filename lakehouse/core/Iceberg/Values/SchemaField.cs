namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>One column, or a part of a nested one.</summary>
public sealed record SchemaField(int Id, string Name, IcebergType Type, bool Required, string? Doc = null)
{
    /// <summary>Format v3: the value of rows written before the field was added, as JSON text.</summary>
    public string? InitialDefault { get; init; }

    /// <summary>Format v3: the value of new rows that give none, as JSON text.</summary>
    public string? WriteDefault { get; init; }

    internal IEnumerable<SchemaField> WithDescendants() => Type.Children.SelectMany(c => c.WithDescendants()).Prepend(this);
}
