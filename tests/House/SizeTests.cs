using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dart.Lake.House.Tests;

/// <summary>
/// Files below 500 lines, functions a screen at most. ratchet.txt lists what was longer when the rule came, with its length
/// (<c>lines path</c> or <c>lines path member</c>): an entry may only shrink, and goes when its subject is short enough.
/// </summary>
public class SizeTests
{
    const int FileLinesMax = 500;
    const int FunctionLinesMax = 60;
    const string Ratchet = "tests/House/ratchet.txt";

    static Dictionary<string, int> Excused => Repository.Lines(Ratchet).Where(l => l.Length > 0 && l[0] != '#')
        .Select(l => l.Split(' ', 2)).ToDictionary(p => p[1], p => int.Parse(p[0]), StringComparer.Ordinal);

    static Dictionary<string, int> Files() =>
        Repository.With(".cs", ".sql", ".sh").ToDictionary(f => f, f => Repository.Lines(f).Length, StringComparer.Ordinal);

    static Dictionary<string, int> Functions()
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in Repository.With(".cs"))
            foreach (var (member, lines) in FunctionsOf(file))
                found[$"{file} {member}"] = Math.Max(lines, found.GetValueOrDefault($"{file} {member}"));
        return found;
    }

    static IEnumerable<(string, int)> FunctionsOf(string file)
    {
        foreach (var node in Repository.Parse(file).DescendantNodes())
        {
            var name = node switch
            {
                MethodDeclarationSyntax m => m.Identifier.Text,
                ConstructorDeclarationSyntax c => c.Identifier.Text,
                LocalFunctionStatementSyntax l => l.Identifier.Text,
                PropertyDeclarationSyntax p => p.Identifier.Text,
                OperatorDeclarationSyntax => "operator",
                _ => null,
            };
            if (name is null)
                continue;
            var span = node.GetLocation().GetLineSpan();
            yield return (name, span.EndLinePosition.Line - span.StartLinePosition.Line + 1);
        }
    }

    static IEnumerable<string> TooLong(Dictionary<string, int> sizes, int limit)
    {
        var excused = Excused;
        return from size in sizes
               let allowed = Math.Max(limit, excused.GetValueOrDefault(size.Key))
               where size.Value > allowed
               select $"{size.Key}: {size.Value} lines, at most {allowed}";
    }

    [Fact]
    public void No_file_is_longer_than_500_lines() => Repository.None(TooLong(Files(), FileLinesMax), "split the file by what it does");

    [Fact]
    public void No_function_is_longer_than_a_screen() => Repository.None(TooLong(Functions(), FunctionLinesMax), "split the function");

    [Fact]
    public void The_ratchet_only_turns_one_way()
    {
        var sizes = Files().Concat(Functions()).ToDictionary(StringComparer.Ordinal);
        Repository.None(
            from excuse in Excused
            let size = sizes.GetValueOrDefault(excuse.Key)
            let limit = excuse.Key.Contains(' ', StringComparison.Ordinal) ? FunctionLinesMax : FileLinesMax
            where size < excuse.Value
            select size <= limit ? $"remove '{excuse.Key}'" : $"lower '{excuse.Key}' to {size}", $"{Ratchet} is looser than the code");
    }
}
