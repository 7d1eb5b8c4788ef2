using System.Globalization;
using System.Text.Json;

namespace Dart.Lake.Sql.Templating;

/// <summary>Filters of the subset (Jinja template designer documentation, "List of Builtin Filters"; tojson, as_* are dbt's).</summary>
internal static class Filters
{
    /// <summary>Applies the filter; null when there is none of that name. The first positional argument is the filtered value.</summary>
    public static TemplateFunction? Find(string name) => name switch
    {
        "lower" => a => Text(a).ToLowerInvariant(),
        "upper" => a => Text(a).ToUpperInvariant(),
        "title" => a => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(Text(a).ToLowerInvariant()),
        "capitalize" => a => Text(a) is [var first, .. var rest] ? char.ToUpperInvariant(first) + rest.ToLowerInvariant() : "",
        "trim" => a => Text(a).Trim(),
        "string" => a => TemplateValue.Text(Value(a)),
        "replace" => Replace,
        "length" or "count" => a => (long)(TemplateValue.Items(Value(a))?.Count ?? throw a.Wrong($"{TemplateValue.TypeName(Value(a))} has no length")),
        "join" => Join,
        "first" => a => Items(a) is [var first, ..] ? first : new Undefined("first"),
        "last" => a => Items(a) is [.., var last] ? last : new Undefined("last"),
        "list" => a => Items(a).ToList(),
        "unique" => a => Items(a).Aggregate(
            new List<object?>(), (seen, v) => { if (!seen.Exists(s => TemplateValue.Equals(s, v))) seen.Add(v); return seen; }),
        "sort" => a => Sorted(a),
        "reverse" => a => Value(a) is string s ? new string([.. s.Reverse()]) : Items(a).Reverse().ToList(),
        "min" => a => Sorted(a) is [var least, ..] ? least : new Undefined("min"),
        "max" => a => Sorted(a) is [.., var greatest] ? greatest : new Undefined("max"),
        "sum" => a => Items(a).Aggregate((object)0L, (sum, v) => Add(a, sum, v)),
        "int" => a => ToNumber(Value(a)) is { } n && Math.Truncate(n) is >= long.MinValue and <= long.MaxValue and var whole ? (long)whole : 0L,
        "float" => a => ToNumber(Value(a)) ?? 0m,
        "abs" => a => Value(a) switch
        {
            long n => Math.Abs(n),
            decimal n => Math.Abs(n),
            var v => throw a.Wrong($"takes a number, not {TemplateValue.TypeName(v)}"),
        },
        "round" => Round,
        "default" or "d" => Default,
        "items" => a => Pairs(a),
        "map" => Map,
        "selectattr" => a => Items(a).Where(v => Selected(a, v)).ToList(),
        "rejectattr" => a => Items(a).Where(v => !Selected(a, v)).ToList(),
        "tojson" => a => JsonSerializer.Serialize(Json(Value(a), 0)),
        "as_text" or "as_bool" or "as_number" or "as_native" or "safe" => Value,
        _ => null,
    };

    static object? Value(CallArguments a) => a.Positional[0];

    static string Text(CallArguments a) => Value(a) is Undefined u ? throw a.Wrong($"'{u.Name}' is not known here") : TemplateValue.Text(Value(a));

    static IReadOnlyList<object?> Items(CallArguments a) =>
        TemplateValue.Items(Value(a)) ?? throw a.Wrong($"takes a list, not {TemplateValue.TypeName(Value(a))}");

    public static List<object?> Pairs(CallArguments a) => Value(a) is Dictionary<string, object?> dict
        ? [.. dict.Select(p => (object?)new List<object?> { p.Key, p.Value })]
        : throw a.Wrong($"takes a dict, not {TemplateValue.TypeName(Value(a))}");

    static string Replace(CallArguments a)
    {
        var bound = a.Bind("value", "old", "new");
        var old = a.Text(bound[1], "old");
        return old.Length == 0 ? throw a.Wrong("'old' is empty") : TemplateValue.Text(bound[0]).Replace(old, a.Text(bound[2], "new"), StringComparison.Ordinal);
    }

    static string Join(CallArguments a)
    {
        var bound = a.Bind("value", "d", "attribute");
        return string.Join(bound[1] is Undefined ? "" : TemplateValue.Text(bound[1]),
            Items(a).Select(v => TemplateValue.Text(bound[2] is string attribute ? Attribute(v, attribute) : v)));
    }

    static List<object?> Sorted(CallArguments a)
    {
        var sorted = Items(a).ToList();
        sorted.Sort((x, y) => TemplateValue.Compare(x, y) ?? throw a.Wrong($"{TemplateValue.TypeName(x)} and {TemplateValue.TypeName(y)} have no order"));
        if (a.Named.TryGetValue("reverse", out var reverse) && TemplateValue.IsTrue(reverse))
            sorted.Reverse();
        return sorted;
    }

    static object Add(CallArguments a, object sum, object? value) => (sum, value) switch
    {
        (long x, long y) => checked(x + y),
        (_, long or decimal) => TemplateValue.Number(sum) + TemplateValue.Number(value),
        _ => throw a.Wrong($"cannot add {TemplateValue.TypeName(value)}"),
    };

    static decimal? ToNumber(object? value) => value switch
    {
        long or decimal or bool => TemplateValue.Number(value),
        string s when decimal.TryParse(
            s.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) => n,
        _ => null,
    };

    static object Round(CallArguments a)
    {
        var bound = a.Bind("value", "precision");
        var places = bound[1] is long n and >= 0 and <= 28 ? (int)n : 0;
        return Math.Round(ToNumber(bound[0]) ?? throw a.Wrong("takes a number"), places, MidpointRounding.AwayFromZero);
    }

    static object? Default(CallArguments a)
    {
        var bound = a.Bind("value", "default_value", "boolean");
        var absent = bound[0] is Undefined || TemplateValue.IsTrue(bound[2]) && !TemplateValue.IsTrue(bound[0]);
        return !absent ? bound[0] : bound[1] is Undefined ? "" : bound[1];
    }

    static List<object?> Map(CallArguments a)
    {
        if (a.Named.TryGetValue("attribute", out var attribute))
            return [.. Items(a).Select(v => Attribute(v, TemplateValue.Text(attribute)))];
        var name = a.Text(a.Positional.ElementAtOrDefault(1), "filter");
        var filter = Find(name) ?? throw a.Wrong($"there is no filter '{name}'");
        return [.. Items(a).Select(v => filter(a with { Function = name, Positional = [v, .. a.Positional.Skip(2)] }))];
    }

    static bool Selected(CallArguments a, object? item)
    {
        var value = Attribute(item, a.Text(a.Positional.ElementAtOrDefault(1), "attribute"));
        return a.Positional switch
        {
            [_, _] => TemplateValue.IsTrue(value),
            [_, _, "equalto" or "==" or "eq", var wanted] => TemplateValue.Equals(value, wanted),
            [_, _, "ne" or "!=", var unwanted] => !TemplateValue.Equals(value, unwanted),
            [_, _, "in", var list] => TemplateValue.Items(list)?.Any(v => TemplateValue.Equals(v, value)) ?? false,
            [_, _, "none"] => value is null,
            [_, _, "defined"] => value is not Undefined,
            _ => throw a.Wrong("knows the tests equalto, ne, in, none and defined"),
        };
    }

    static object? Attribute(object? value, string name) => value switch
    {
        Dictionary<string, object?> d when d.TryGetValue(name, out var v) => v,
        TemplateObject o when o.Attributes.TryGetValue(name, out var v) => v,
        _ => new Undefined(name),
    };

    static object? Json(object? value, int depth) => value switch
    {
        _ when depth > 50 => throw LakeException.Invalid("tojson: the value is nested deeper than 50"),
        List<object?> list => list.ConvertAll(v => Json(v, depth + 1)),
        Dictionary<string, object?> dict => dict.ToDictionary(p => p.Key, p => Json(p.Value, depth + 1), StringComparer.Ordinal),
        null or bool or long or decimal or string => value,
        _ => TemplateValue.Text(value),
    };
}
