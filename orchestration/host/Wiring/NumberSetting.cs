using System.Globalization;
using System.Reflection;

namespace Dart.Lake.Host.Wiring;

/// <summary>A number of the settings with what it may be: the one place that its flag has both from.</summary>
/// <param name="Name">As in appsettings.json, such as Kafka:Partitions.</param>
/// <param name="Value">What it is when no flag says otherwise.</param>
sealed record NumberSetting(string Name, long Value, LimitsAttribute Limits)
{
    /// <summary>One of a section, by the name of its property, such as <c>nameof(Settings.KafkaSection.Partitions)</c>.</summary>
    public static NumberSetting Of(object section, string property) => All(section, "").Single(number => number.Name == property);

    /// <summary>All numbers of the settings.</summary>
    public static IEnumerable<NumberSetting> All(Settings settings) => All(settings, "");

    static IEnumerable<NumberSetting> All(object section, string path)
    {
        foreach (var property in section.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
            if (property.GetCustomAttribute<LimitsAttribute>() is { } limits)
                yield return new(path + property.Name, Convert.ToInt64(property.GetValue(section), CultureInfo.InvariantCulture), limits);
            else if (Settings.IsSection(property))
                foreach (var number in All(property.GetValue(section)!, $"{path}{property.Name}:"))
                    yield return number;
    }
}
