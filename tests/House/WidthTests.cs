using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Dart.Lake.House.Tests;

/// <summary>
/// A line of code has 140 columns at most; the text of strings is not counted, since a message is read as a
/// whole. wide-lines.txt lists files with wider lines and how many (<c>count path</c>): a count may only fall.
/// </summary>
public class WidthTests
{
    const int Columns = 140;
    const string Ratchet = "tests/House/wide-lines.txt";

    static readonly HashSet<SyntaxKind> Texts =
    [
        SyntaxKind.StringLiteralToken, SyntaxKind.Utf8StringLiteralToken, SyntaxKind.InterpolatedStringTextToken,
        SyntaxKind.SingleLineRawStringLiteralToken, SyntaxKind.MultiLineRawStringLiteralToken,
    ];

    static Dictionary<string, int> Excused => Repository.Lines(Ratchet).Where(l => l.Length > 0 && l[0] != '#')
        .Select(l => l.Split(' ', 2)).ToDictionary(p => p[1], p => int.Parse(p[0]), StringComparer.Ordinal);

    [Fact]
    public void The_text_of_strings_is_not_counted()
    {
        var text = new string('x', 150);
        Assert.Empty(WideLines($"var a = \"{text}\";"));
        Assert.Empty(WideLines($"var a = $\"{text}{{b}}\";"));
        Assert.Equal([2], WideLines($"// short\n// {text}\n"));
        Assert.Equal([1], WideLines($"var {text} = 1;"));
    }

    [Fact]
    public void No_line_of_code_is_wider_than_140_columns() => Repository.None(
        from file in Repository.With(".cs")
        let wide = WideLines(Repository.Read(file))
        where wide.Count > Excused.GetValueOrDefault(file)
        select $"{file}: {wide.Count} wide lines, {Excused.GetValueOrDefault(file)} excused: {string.Join(", ", wide)}", "break the line at what it means");

    [Fact]
    public void The_ratchet_only_turns_one_way() => Repository.None(
        from excuse in Excused
        let wide = Repository.Files.Contains(excuse.Key, StringComparer.Ordinal) ? WideLines(Repository.Read(excuse.Key)).Count : 0
        where wide < excuse.Value
        select wide == 0 ? $"remove '{excuse.Key}'" : $"lower '{excuse.Key}' to {wide}", $"{Ratchet} is looser than the code");

    /// <summary>Numbers of the lines that are too wide, from 1.</summary>
    static List<int> WideLines(string code)
    {
        var root = CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();
        var lines = root.GetText().Lines;
        var columns = lines.Select(line => line.Span.Length).ToArray();
        foreach (var token in root.DescendantTokens().Where(token => Texts.Contains(token.Kind())))
            for (var i = lines.GetLineFromPosition(token.SpanStart).LineNumber; i < lines.Count && lines[i].Start < token.Span.End; i++)
                columns[i] -= lines[i].Span.Intersection(token.Span)?.Length ?? 0;
        return [.. Enumerable.Range(1, lines.Count).Where(i => columns[i - 1] > Columns)];
    }
}
