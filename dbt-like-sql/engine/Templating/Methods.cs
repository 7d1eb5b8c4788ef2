namespace Dart.Lake.Sql.Templating;

/// <summary>Methods of texts, lists and dicts that templates call with a dot (Python's, those that models use).</summary>
internal static class Methods
{
    /// <summary>The method, or null when the value has none of that name.</summary>
    public static TemplateFunction? Find(object? target, string name) => target switch
    {
        string s => OfText(s, name),
        List<object?> l => OfList(l, name),
        Dictionary<string, object?> d => OfDict(d, name),
        _ => null,
    };

    static TemplateFunction? OfText(string text, string name) => name switch
    {
        "lower" => _ => text.ToLowerInvariant(),
        "upper" => _ => text.ToUpperInvariant(),
        "strip" => a => a.Bind("chars") is [string chars] ? text.Trim(chars.ToCharArray()) : text.Trim(),
        "startswith" => a => text.StartsWith(a.Text(a.Bind("prefix")[0], "prefix"), StringComparison.Ordinal),
        "endswith" => a => text.EndsWith(a.Text(a.Bind("suffix")[0], "suffix"), StringComparison.Ordinal),
        "split" => a => a.Bind("sep") is [string { Length: > 0 } sep]
            ? Texts(text.Split(sep))
            : Texts(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        "replace" => a =>
        {
            var bound = a.Bind("old", "new");
            return a.Text(bound[0], "old") is { Length: > 0 } old
                ? text.Replace(old, a.Text(bound[1], "new"), StringComparison.Ordinal)
                : throw a.Wrong("'old' is empty");
        }
        ,
        "join" => a => string.Join(text, (TemplateValue.Items(a.Bind("items")[0]) ?? throw a.Wrong("takes a list")).Select(TemplateValue.Text)),
        _ => null,
    };

    static TemplateFunction? OfList(List<object?> list, string name) => name switch
    {
        "append" => a =>
        {
            list.Add(a.Bind("item")[0]);
            return null;
        }
        ,
        "extend" => a =>
        {
            list.AddRange(TemplateValue.Items(a.Bind("items")[0])?.ToList() ?? throw a.Wrong("takes a list"));
            return null;
        }
        ,
        "index" => a => list.FindIndex(v => TemplateValue.Equals(v, a.Positional.ElementAtOrDefault(0))) is >= 0 and var i
            ? (long)i
            : throw a.Wrong("the item is not in the list"),
        _ => null,
    };

    static TemplateFunction? OfDict(Dictionary<string, object?> dict, string name) => name switch
    {
        "items" => a => Filters.Pairs(a with { Positional = [dict] }),
        "keys" => _ => Texts(dict.Keys),
        "values" => _ => dict.Values.ToList(),
        "get" => a =>
        {
            var bound = a.Bind("key", "default");
            return dict.TryGetValue(TemplateValue.Text(bound[0]), out var value) ? value : bound[1] is Undefined ? null : bound[1];
        }
        ,
        "update" => a =>
        {
            foreach (var (key, value) in a.Bind("other")[0] as Dictionary<string, object?> ?? throw a.Wrong("takes a dict"))
                dict[key] = value;
            return null;
        }
        ,
        _ => null,
    };

    static List<object?> Texts(IEnumerable<string> texts) => [.. texts];
}
