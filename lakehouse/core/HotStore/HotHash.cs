namespace Dart.Lake.Lakehouse.HotStore;

/// <summary>A hash of the hot store: its key and its fields; a null is a field that the hash does not have.</summary>
public sealed record HotHash(string Key, IReadOnlyList<KeyValuePair<string, string?>> Fields)
{
    /// <summary>It has no field any more, and the key goes.</summary>
    public bool IsGone => Fields.Count > 0 && Fields.All(f => f.Value is null);

    /// <summary>The field's text, or null when there is none.</summary>
    public string? this[string field] => Fields.FirstOrDefault(f => f.Key == field).Value;
}
