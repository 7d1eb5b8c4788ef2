using System.Globalization;
using System.Text.Json;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// Which quarantined rows a release can give their place: those that only break a rule which <see cref="TableContract.Lifted"/> leaves out.
/// Of the others the cause must be mended, and then the next run takes them by itself.
/// </summary>
static class Lifting
{
    static readonly string[] topics = [Topics.Trades.Name, Topics.MarketData.Name];

    /// <summary>Null, or why the row cannot be released.</summary>
    public static string? Refuse(QuarantinedRow row)
    {
        if (!topics.Contains(row.At.Partition.Topic, StringComparer.Ordinal))
            return $"rules of {row.At.Partition.Topic} are not lifted: send the record again as it should be";
        var rule = TableContracts.TryGet(row.Table)?.RowRules.FirstOrDefault(r => r.Name == row.Rule);
        return rule switch
        {
            WithinRule => null,
            RangeRule { Min: { } least } range when Number(row.Json, range.Column) is not { } value || value < least =>
                $"{range.Column} is below {least.ToString(CultureInfo.InvariantCulture)}, which gives a row its sign: send it again as it should be",
            RangeRule => null,
            _ => $"without {row.Rule} the row has no place: mend the cause, and the next run takes it by itself",
        };
    }

    static decimal? Number(string? json, string column)
    {
        if (json is null)
            return null;
        using var row = JsonDocument.Parse(json);
        // marks have their price by another name
        var name = row.RootElement.TryGetProperty(column, out _) ? column : "price";
        return row.RootElement.TryGetProperty(name, out var value)
            && decimal.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
