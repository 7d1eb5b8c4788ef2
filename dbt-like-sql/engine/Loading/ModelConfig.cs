using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>One key of a configuration.</summary>
/// <param name="Key">Without the + of a project file.</param>
/// <param name="At">File and line, <c>models/a.sql:3</c>.</param>
internal readonly record struct ConfigEntry(string Key, object? Value, string At);

/// <summary>
/// Configuration by name, in three layers of rising weight: project file, properties, the model's own <c>config()</c>.
/// Tags add up, all else is replaced (dbt, "Configs and properties").
/// </summary>
internal sealed class ModelConfig
{
    readonly Dictionary<string, ConfigEntry> values = new(StringComparer.Ordinal);
    readonly List<string> tags = [];

    public IReadOnlyList<string> Tags => tags;

    public string? TryText(string key) => values.GetValueOrDefault(key) is { Value: { } value } ? TemplateValue.Text(value) : null;

    /// <exception cref="LakeException">Invalid: it is neither true nor false.</exception>
    public bool Flag(string key, bool otherwise) => !values.TryGetValue(key, out var entry) ? otherwise : entry.Value switch
    {
        null => otherwise,
        bool flag => flag,
        "true" or "True" => true,
        "false" or "False" => false,
        var other => throw Wrong(key, $"{TemplateValue.Text(other)} is neither true nor false"),
    };

    /// <summary>A mapping of a key, such as the types of a seed's columns.</summary>
    /// <exception cref="LakeException">Invalid: it is something else.</exception>
    public IReadOnlyDictionary<string, object?>? TryMap(string key) => values.GetValueOrDefault(key).Value switch
    {
        null => null,
        Dictionary<string, object?> map => map,
        _ => throw Wrong(key, "a mapping is wanted"),
    };

    /// <summary>An error at the place where the key was given.</summary>
    public LakeException Wrong(string key, string what) => LakeException.Invalid($"{values[key].At}: {key}: {what}");

    /// <summary>Adds a heavier layer.</summary>
    public void Add(IEnumerable<ConfigEntry> layer)
    {
        foreach (var entry in layer)
            if (entry.Key == "tags")
                tags.AddRange((entry.Value is string one
                    ? [one]
                    : TemplateValue.Items(entry.Value)?.Select(TemplateValue.Text) ?? []).Except(tags, StringComparer.Ordinal).ToList());
            else
                values[entry.Key] = entry;
    }

    /// <summary>All that was said, in the keys' order: changes when a row may.</summary>
    public override string ToString() =>
        string.Join('\n', values.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={TemplateValue.Repr(v.Value)}"));
}
