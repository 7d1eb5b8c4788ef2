using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>
/// Configuration by name, in three layers of rising weight: project file, properties, the model's own <c>config()</c>.
/// Tags add up, all else is replaced (dbt, "Configs and properties").
/// </summary>
internal sealed class ModelConfig
{
    readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);
    readonly List<string> tags = [];

    public IReadOnlyList<string> Tags => tags;

    public string? TryText(string key) => values.GetValueOrDefault(key) is { } value ? TemplateValue.Text(value) : null;

    public bool Flag(string key, bool otherwise) => values.TryGetValue(key, out var value) ? TemplateValue.IsTrue(value) : otherwise;

    /// <summary>Adds a heavier layer.</summary>
    public void Add(IEnumerable<KeyValuePair<string, object?>> layer)
    {
        foreach (var (key, value) in layer)
        {
            var name = key.TrimStart('+');
            if (name == "tags")
                tags.AddRange((value is string one
                    ? [one]
                    : TemplateValue.Items(value)?.Select(TemplateValue.Text) ?? []).Except(tags, StringComparer.Ordinal).ToList());
            else
                values[name] = value;
        }
    }
}
