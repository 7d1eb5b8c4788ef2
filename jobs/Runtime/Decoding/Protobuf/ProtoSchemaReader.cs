using System.Globalization;
using System.Text.RegularExpressions;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding.Protobuf;

/// <summary>
/// Reads the messages, fields and enums of a <c>.proto</c> text (Protocol Buffers language specification, proto2 and proto3); what
/// else stands there is passed over. The text comes from a registry that others write: its size and depth are bounded.
/// </summary>
internal sealed partial class ProtoSchemaReader
{
    const int LargestText = 1 << 20;
    const int Deepest = 30;

    readonly List<string> words;
    int at;

    ProtoSchemaReader(string text) => words = [.. Words().Matches(text).Select(m => m.Value)
        .Where(w => !w.StartsWith("//", StringComparison.Ordinal) && !w.StartsWith("/*", StringComparison.Ordinal))];

    /// <exception cref="LakeException">Invalid: what is wrong in the text.</exception>
    public static ProtoSchema Parse(string text) => Parse(text, []);

    /// <param name="text">The file.</param>
    /// <param name="imports">Files whose messages and enums it may name.</param>
    /// <exception cref="LakeException">Invalid: what is wrong in the text.</exception>
    public static ProtoSchema Parse(string text, IReadOnlyList<ReferencedSchema> imports)
    {
        var length = imports.Sum(r => (long)r.Text.Length) + text.Length;
        if (length > LargestText)
            throw LakeException.Invalid($"not a .proto file: it has {length} characters; at most {LargestText} are read");
        var file = File(text);
        return file.Messages.Count > 0 ? new(file, [.. imports.Select(i => File(i.Text))]) : throw Wrong("it has no message");
    }

    static ProtoMessage File(string text)
    {
        var reader = new ProtoSchemaReader(text);
        var file = new ProtoMessage("", reader.Package());
        reader.Body(file, 0);
        return file;
    }

    string Next => at < words.Count ? words[at++] : throw Wrong("it ends too early");

    string Ahead => at < words.Count ? words[at] : "";

    /// <summary>What the names of the file are in; wherever it says so.</summary>
    string Package()
    {
        var (depth, before) = (0, ";");
        foreach (var (i, word) in words.Index())
        {
            if (word == "package" && depth == 0 && before is ";" or "}" && i + 1 < words.Count)
                return words[i + 1];
            depth += word switch { "{" => 1, "}" => -1, _ => 0 };
            before = word;
        }
        return "";
    }

    /// <summary>A name of what is defined here.</summary>
    string Named(string what)
    {
        var name = Next;
        return Identifier().IsMatch(name) ? name : throw Wrong($"{what} cannot have the name '{ShownName.Of(name)}'");
    }

    /// <summary>Everything up to the end of a message, or of the file.</summary>
    void Body(ProtoMessage message, int depth)
    {
        if (depth > Deepest)
            throw Wrong($"messages within messages, more than {Deepest} deep");
        while (at < words.Count && Ahead != "}")
            Statement(message, depth);
        if (depth > 0)
            Expect("}");
    }

    void Statement(ProtoMessage message, int depth)
    {
        var word = Next;
        switch (word)
        {
            case ";":
                break;
            case "message":
                var name = Named("a message");
                var inner = new ProtoMessage(name, message.FullName.Length == 0 ? name : $"{message.FullName}.{name}");
                message.Messages.Add(inner);
                Expect("{");
                Body(inner, depth + 1);
                break;
            case "enum":
                message.Enums[Named("an enum")] = Symbols();
                break;
            case "oneof":
                _ = Next;
                Expect("{");
                // its fields are those of the message
                Body(message, depth + 1);
                break;
            case "syntax" or "edition" or "package" or "import" or "option" or "reserved" or "extensions":
                PassOver();
                break;
            case "service" or "extend":
                PassOver();
                break;
            default:
                Field(message, word);
                break;
        }
    }

    void Field(ProtoMessage message, string word)
    {
        var isRepeated = word is "repeated" or "map";
        if (word is "repeated" or "optional" or "required")
            word = Next;
        var type = word;
        if (word == "map")
            while (Next is not ">")
                type = "map";
        if (!type.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
            throw Wrong($"a field cannot have the type '{ShownName.Of(type)}'");
        var name = Named("a field");
        Expect("=");
        if (!int.TryParse(Next, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            throw Wrong($"field {name} has no number");
        message.Fields.Add(new(number, name, type, isRepeated));
        PassOver();
    }

    ProtoEnum Symbols()
    {
        var symbols = new Dictionary<int, string>();
        Expect("{");
        while (Ahead != "}")
        {
            if (Ahead is "option" or "reserved" or ";")
            {
                PassOver();
                continue;
            }
            var name = Named("a symbol");
            Expect("=");
            if (int.TryParse(Next, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                symbols.TryAdd(number, name);
            PassOver();
        }
        Expect("}");
        return new(symbols);
    }

    /// <summary>To the end of a statement, or of its block.</summary>
    void PassOver()
    {
        for (var depth = 0; ;)
            switch (Next)
            {
                case "{" or "[":
                    depth++;
                    break;
                case "]":
                    depth--;
                    break;
                case "}":
                    if (--depth == 0 && Ahead != ";")
                        return;
                    break;
                case ";" when depth == 0:
                    return;
            }
    }

    void Expect(string wanted)
    {
        if (Next is var found && found != wanted)
            throw Wrong($"'{wanted}' is wanted where '{ShownName.Of(found)}' stands");
    }

    static LakeException Wrong(string what) => LakeException.Invalid($"not a .proto file: {what}");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex("""//[^\n]*|/\*[\s\S]*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z_.][A-Za-z0-9_.]*|[-+]?[0-9][A-Za-z0-9_.+-]*|[^\s]""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();
}
