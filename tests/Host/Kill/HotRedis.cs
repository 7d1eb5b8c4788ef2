using System.Globalization;
using Dart.Lake.Lakehouse.HotStore;
using StackExchange.Redis;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>The hot hashes of a Redis, read without the product's code, against what they should be.</summary>
sealed class HotRedis(IConnectionMultiplexer connection)
{
    /// <summary>Numbers that differ, or are not there, by key and field. A position beyond the expected ones must be empty.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync(Recomputation expected)
    {
        var (shown, differences) = (await ReadAsync("hot:p*"), new List<string>());
        foreach (var (key, fields) in await ReadAsync("hot:risk:*"))
            shown.Add(key, fields);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, field, value) in expected.Values())
        {
            keys.Add(key);
            if (!shown.TryGetValue(key, out var fields) || !fields.TryGetValue(field, out var text) || Number(text) != value)
                differences.Add($"{key} {field}: Redis {shown.GetValueOrDefault(key)?.GetValueOrDefault(field) ?? "nothing"}, recomputed {value.ToString(CultureInfo.InvariantCulture)}");
        }
        foreach (var (key, fields) in shown)
            if (!keys.Contains(key) && !key.StartsWith("hot:px:", StringComparison.Ordinal) && (Number(fields["volume"]) != 0 || Number(fields["quantity"]) != 0))
                differences.Add($"{key}: Redis {fields["quantity"]}, recomputed no position");
        return differences;
    }

    /// <summary>Fields that are not those of a job that was never killed, by key and field.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync(IReadOnlyDictionary<string, HotHash> replayed)
    {
        var shown = await ReadAsync("hot:p*");
        foreach (var (key, fields) in await ReadAsync("hot:risk:*"))
            shown.Add(key, fields);
        return
        [
            .. replayed.Keys.Union(shown.Keys).SelectMany(key =>
            {
                var (left, right) = (
                    shown.GetValueOrDefault(key) ?? [],
                    replayed.GetValueOrDefault(key)?.Fields.Where(f => f.Value is not null).ToDictionary(f => f.Key, f => f.Value!) ?? []);
                return left.Keys.Union(right.Keys).Where(f => left.GetValueOrDefault(f) != right.GetValueOrDefault(f))
                    .Select(f => $"{key} {f}: Redis {left.GetValueOrDefault(f) ?? "nothing"}, replayed {right.GetValueOrDefault(f) ?? "nothing"}");
            }),
        ];
    }

    async Task<Dictionary<string, Dictionary<string, string>>> ReadAsync(string pattern)
    {
        var (database, hashes) = (connection.GetDatabase(), new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal));
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: pattern, pageSize: 1_000))
            hashes[key.ToString()] = (await database.HashGetAllAsync(key)).ToDictionary(
                e => e.Name.ToString(), e => e.Value.ToString(), StringComparer.Ordinal);
        return hashes;
    }

    static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
