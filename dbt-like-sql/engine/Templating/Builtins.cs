namespace Dart.Lake.Sql.Templating;

/// <summary>Functions that every template has, whatever it is for.</summary>
internal static class Builtins
{
    public static IEnumerable<(string Name, TemplateFunction Function)> Of(TemplateLimits limits) =>
    [
        ("range", a => Range(a, limits)),
        ("dict", a => a.Named.ToDictionary(StringComparer.Ordinal)),
        ("namespace", a => new TemplateNamespace(a.Named.ToDictionary(StringComparer.Ordinal))),
        ("log", _ => ""),
    ];

    static List<object?> Range(CallArguments a, TemplateLimits limits)
    {
        if (!a.Positional.All(p => p is long))
            throw a.Wrong("takes whole numbers");
        var (from, to, step) = a.Positional switch
        {
            [long end] => (0L, end, 1L),
            [long start, long end] => (start, end, 1L),
            [long start, long end, long by] when by != 0 => (start, end, by),
            _ => throw a.Wrong("takes an end, or a start and an end, and a step that is not 0"),
        };
        var list = new List<object?>();
        for (var i = from; step > 0 ? i < to : i > to; i = checked(i + step))
        {
            if (list.Count == limits.Steps)
                throw a.Wrong($"has more than {limits.Steps:N0} numbers");
            list.Add(i);
        }
        return list;
    }
}
