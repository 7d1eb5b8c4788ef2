namespace Dart.Lake.Lakehouse.Hot;

/// <summary>A hash of the hot store: its key and all its fields, in the contract's order.</summary>
public sealed record HotHash(string Key, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>The field's text, or null when there is none.</summary>
    public string? this[string field] => Fields.FirstOrDefault(f => f.Key == field).Value;
}
