using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Dart.Lake.Sql.Loading;

/// <summary>A mapping of a YAML file, with the line on which it begins.</summary>
internal sealed class YamlMapping(string file, int line) : Dictionary<string, object?>(StringComparer.Ordinal)
{
    public string File { get; } = file;

    public int Line { get; } = line;

    readonly Dictionary<string, int> lines = new(StringComparer.Ordinal);

    public LakeException Wrong(string what) => LakeException.Invalid($"{File}:{Line}: {what}");

    /// <summary>The line of a key; that of the mapping when it has none of that name.</summary>
    public int LineOf(string key) => lines.GetValueOrDefault(key, Line);

    /// <summary>An error at the line of a key.</summary>
    public LakeException Wrong(string key, string what) => LakeException.Invalid($"{File}:{LineOf(key)}: {what}");

    /// <summary>Adds a key and its line; false: it is there already.</summary>
    public bool TryAdd(string key, object? value, int at)
    {
        lines.TryAdd(key, at);
        return TryAdd(key, value);
    }

    public string? TryText(string key) => this.GetValueOrDefault(key) switch
    {
        null => null,
        string text => text,
        bool or long or decimal => Convert.ToString(this[key], CultureInfo.InvariantCulture),
        _ => throw Wrong($"{key}: a single value is wanted"),
    };

    public string Text(string key) => TryText(key) ?? throw Wrong($"{key}: is missing");

    public YamlMapping? TryMap(string key) => this.GetValueOrDefault(key) switch
    {
        null => null,
        YamlMapping map => map,
        _ => throw Wrong($"{key}: a mapping is wanted"),
    };

    public IReadOnlyList<object?> List(string key) => this.GetValueOrDefault(key) switch
    {
        null => [],
        List<object?> list => list,
        string single => [single],
        _ => throw Wrong($"{key}: a list is wanted"),
    };

    public IReadOnlyList<YamlMapping> Maps(string key) => [.. List(key).Select(i => i as YamlMapping ?? throw Wrong($"{key}: a list of mappings is wanted"))];
}

/// <summary>
/// Reads YAML into null, bool, long, decimal, string, <c>List&lt;object?&gt;</c> and <see cref="YamlMapping"/>.
/// Bounded: size, depth, and no aliases, so that a small file cannot become a large one.
/// </summary>
internal static class YamlFile
{
    const int MaxBytes = 1 << 20, MaxDepth = 32;

    /// <summary>The mapping at the root; an empty file is an empty mapping.</summary>
    /// <exception cref="LakeException">Invalid: with file and line.</exception>
    public static YamlMapping Read(string file, string text)
    {
        if (text.Length > MaxBytes)
            throw LakeException.Invalid($"{file}: is longer than {MaxBytes:N0} characters");
        try
        {
            Check(file, text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents switch
            {
                [] => new(file, 1),
                [var document] => Value(file, document.RootNode) switch
                {
                    YamlMapping map => map,
                    null => new(file, 1),
                    _ => throw LakeException.Invalid($"{file}:1: a mapping is wanted"),
                },
                _ => throw LakeException.Invalid($"{file}: one YAML document is wanted"),
            };
        }
        catch (YamlException e)
        {
            throw LakeException.Invalid($"{file}:{e.Start.Line}: {e.Message}", e);
        }
    }

    static void Check(string file, string text)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
                throw LakeException.Invalid($"{file}:{parser.Current.Start.Line}: is nested deeper than {MaxDepth}");
            if (parser.Current is YamlDotNet.Core.Events.AnchorAlias)
                throw LakeException.Invalid($"{file}:{parser.Current.Start.Line}: aliases are not supported; write the value again");
        }
    }

    static object? Value(string file, YamlNode node) => node switch
    {
        YamlScalarNode scalar => Scalar(scalar),
        YamlSequenceNode list => list.Children.Select(c => Value(file, c)).ToList(),
        YamlMappingNode map => Mapping(file, map),
        _ => throw LakeException.Invalid($"{file}:{node.Start.Line}: this kind of YAML is not supported"),
    };

    static YamlMapping Mapping(string file, YamlMappingNode node)
    {
        var map = new YamlMapping(file, (int)node.Start.Line);
        foreach (var (key, value) in node.Children)
            if (!map.TryAdd(
                (key as YamlScalarNode)?.Value ?? throw map.Wrong("a key must be a single value"), Value(file, value), (int)key.Start.Line))
                throw map.Wrong($"'{key}' is given twice");
        return map;
    }

    static object? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            return text;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;
        if (decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return number;
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            _ => text,
        };
    }
}
