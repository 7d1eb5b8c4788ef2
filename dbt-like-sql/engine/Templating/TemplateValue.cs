using System.Globalization;
using System.Text;

namespace Dart.Lake.Sql.Templating;

/// <summary>A name or an attribute that is not there: it may be asked about, but not used.</summary>
internal sealed record Undefined(string Name);

/// <summary>A value with attributes whose text stands in the output: a relation, the target.</summary>
internal sealed record TemplateObject(string Text, IReadOnlyDictionary<string, object?> Attributes)
{
    public override string ToString() => Text;
}

/// <summary>What <c>namespace()</c> makes: names that a loop's body can set for good.</summary>
internal sealed record TemplateNamespace(Dictionary<string, object?> Values);

/// <summary>
/// How Python, whose rules templates follow, sees a value. Values are null, bool, long, decimal, string,
/// <c>List&lt;object?&gt;</c>, <c>Dictionary&lt;string, object?&gt;</c>, <see cref="TemplateObject"/>,
/// <see cref="TemplateNamespace"/>, <see cref="TemplateFunction"/> and <see cref="Undefined"/>.
/// </summary>
internal static class TemplateValue
{
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        long n => n != 0,
        decimal n => n != 0,
        string s => s.Length > 0,
        List<object?> l => l.Count > 0,
        Dictionary<string, object?> d => d.Count > 0,
        _ => true,
    };

    public static string Text(object? value) => value switch
    {
        null => "None",
        Undefined => "",
        bool b => b ? "True" : "False",
        long n => n.ToString(CultureInfo.InvariantCulture),
        decimal n => n.ToString(CultureInfo.InvariantCulture),
        string s => s,
        List<object?> or Dictionary<string, object?> => Repr(value),
        _ => value.ToString() ?? "",
    };

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        bool => "a boolean",
        long or decimal => "a number",
        string => "a text",
        List<object?> => "a list",
        Dictionary<string, object?> => "a dict",
        TemplateFunction => "a function",
        Undefined u => $"'{u.Name}', which is not there",
        _ => "an object",
    };

    public static new bool Equals(object? a, object? b) => (a, b) switch
    {
        (List<object?> x, List<object?> y) => x.Count == y.Count && x.Zip(y).All(p => Equals(p.First, p.Second)),
        (Dictionary<string, object?> x, Dictionary<string, object?> y) => x.Count == y.Count
            && x.All(p => y.TryGetValue(p.Key, out var v) && Equals(p.Value, v)),
        (long or decimal or bool, long or decimal or bool) => Number(a) == Number(b),
        _ => object.Equals(a, b),
    };

    /// <summary>Order of two numbers, texts or lists; null when they have none.</summary>
    public static int? Compare(object? a, object? b) => (a, b) switch
    {
        (string x, string y) => string.CompareOrdinal(x, y),
        (long or decimal or bool, long or decimal or bool) => Number(a).CompareTo(Number(b)),
        (List<object?> x, List<object?> y) => x.Zip(y)
            .Select(p => Compare(p.First, p.Second))
            .FirstOrDefault(c => c != 0, x.Count.CompareTo(y.Count)),
        _ => null,
    };

    public static bool IsNumber(object? value) => value is long or decimal or bool;

    public static decimal Number(object? value) =>
        value switch { long n => n, decimal n => n, bool b => b ? 1 : 0, _ => throw LakeException.Bug("not a number") };

    /// <summary>
    /// What a loop passes through: elements, keys of a dict, characters of a text; null when the value cannot be looped over.
    /// </summary>
    public static IReadOnlyList<object?>? Items(object? value) => value switch
    {
        List<object?> l => l,
        Dictionary<string, object?> d => [.. d.Keys],
        string s => [.. s.Select(c => (object?)c.ToString())],
        _ => null,
    };

    /// <summary>Python's <c>repr</c>.</summary>
    public static string Repr(object? value)
    {
        var text = new StringBuilder();
        Repr(text, value, 0);
        return text.ToString();
    }

    static void Repr(StringBuilder text, object? value, int depth)
    {
        if (depth > 50)
            text.Append("...");
        else if (value is string s)
            text.Append('\'').Append(s.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)).Append('\'');
        else if (value is List<object?> list)
        {
            text.Append('[');
            for (var i = 0; i < list.Count; i++)
                Repr(i == 0 ? text : text.Append(", "), list[i], depth + 1);
            text.Append(']');
        }
        else if (value is Dictionary<string, object?> dict)
        {
            text.Append('{');
            foreach (var (key, item) in dict)
            {
                if (text[^1] != '{')
                    text.Append(", ");
                Repr(text, key, depth + 1);
                Repr(text.Append(": "), item, depth + 1);
            }
            text.Append('}');
        }
        else
            text.Append(Text(value));
    }
}
