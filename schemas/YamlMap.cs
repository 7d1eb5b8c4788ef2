using System.Globalization;
using Dart.Lake.Schemas.Naming;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Dart.Lake.Schemas;

/// <summary>A mapping of a YAML file whose keys are read once each, so that a misspelt key is an error and not silence.</summary>
internal sealed class YamlMap
{
    readonly string path;
    readonly Dictionary<string, YamlNode> nodes = new(StringComparer.Ordinal);
    readonly HashSet<string> read = new(StringComparer.Ordinal);
    readonly long line;

    YamlMap(string path, YamlNode node)
    {
        this.path = path;
        line = node.Start.Line;
        if (node is not YamlMappingNode mapping)
            throw Wrong("a mapping is wanted here");
        foreach (var (key, value) in mapping.Children)
            nodes.Add(((YamlScalarNode)key).Value!, value);
    }

    public static YamlMap Parse(string path, string yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            throw LakeException.Invalid($"{path}, line {e.Start.Line}: {e.Message}", e);
        }
        return stream.Documents is [var document] ? new(path, document.RootNode) : throw LakeException.Invalid($"{path}: one YAML document is wanted");
    }

    public LakeException Wrong(string what) => LakeException.Invalid($"{path}, line {line}: {what}");

    public string? TryText(string key) => Node(key) switch
    {
        null => null,
        YamlScalarNode { Value: { } text } => text,
        _ => throw Wrong($"{key}: a single value is wanted"),
    };

    public string Text(string key) => TryText(key) ?? throw Wrong($"{key}: is missing");

    public int Integer(string key) => int.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        ? value : throw Wrong($"{key}: '{Text(key)}' is not a whole number");

    public bool Flag(string key) => Text(key) switch
    {
        "true" => true,
        "false" => false,
        var other => throw Wrong($"{key}: '{other}' is neither true nor false"),
    };

    public T Parsed<T>(string key, Func<string, T> parse)
    {
        var text = Text(key);
        try
        {
            return parse(text);
        }
        catch (LakeException e)
        {
            throw Wrong($"{key}: {e.Message}");
        }
    }

    public IReadOnlyList<string> Texts(string key) => Node(key) switch
    {
        null => [],
        YamlSequenceNode list => [.. list.Children.Select(c => c is YamlScalarNode { Value: { } text } ? text : throw Wrong($"{key}: a list of single values is wanted"))],
        _ => throw Wrong($"{key}: a list is wanted"),
    };

    public YamlMap? TryMap(string key) => Node(key) is { } node ? new(path, node) : null;

    /// <summary>The mappings of a list; a single mapping counts as a list of one, an absent key as none.</summary>
    public IReadOnlyList<YamlMap> Maps(string key) => Node(key) switch
    {
        null => [],
        YamlSequenceNode list => [.. list.Children.Select(c => new YamlMap(path, c))],
        var single => [new(path, single)],
    };

    public void RefuseUnread()
    {
        foreach (var key in nodes.Keys)
            if (!read.Contains(key))
                throw Wrong($"'{ShownName.Of(key)}' is not known here; the nearest known key is '{NearestName.Of(key, read)}'");
    }

    YamlNode? Node(string key)
    {
        read.Add(key);
        return nodes.GetValueOrDefault(key);
    }
}
