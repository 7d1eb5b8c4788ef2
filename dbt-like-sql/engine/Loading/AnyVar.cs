using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Dart.Lake.Sql.Loading;

/// <summary>Vars while loading: those that only a run sets are texts without meaning.</summary>
internal sealed class AnyVar(IReadOnlyDictionary<string, object?> known) : IReadOnlyDictionary<string, object?>
{
    /// <summary>Set by each run.</summary>
    public static IReadOnlyList<string> OfRuns { get; } = ["trade_date", "run_id", "firm_currency", "calendar_version"];

    public object? this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);

    public IEnumerable<string> Keys => known.Keys;

    public IEnumerable<object?> Values => known.Values;

    public int Count => known.Count;

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        if (known.TryGetValue(key, out value))
            return true;
        value = key == "trade_date" ? "1970-01-01" : "";
        return OfRuns.Contains(key);
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => known.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
