using System.CommandLine;
using Dart.Lake.Host.Verbs;
using Dart.Lake.Host.Wiring;

namespace Dart.Lake.House.Tests;

/// <summary>A stranger finds every verb where he looks first.</summary>
public class VerbTests
{
    static IReadOnlyList<string> Lines { get; } =
        [.. Repository.Lines("README.md").Where(line => line.StartsWith("| `dartlake ", StringComparison.Ordinal))];

    [Fact]
    public void Every_verb_is_in_the_table_of_the_README() => Repository.None(
        from verb in Root.Build(Settings.Load(), TimeProvider.System, IdSource.Seeded(1)).Subcommands
        let parts = verb.Subcommands.Count == 0 ? [verb.Name] : verb.Subcommands.Select(sub => sub.Name).ToArray()
        from part in parts
        let whole = part == verb.Name ? part : $"{verb.Name} {part}"
        where !Lines.Any(line => line.Contains($"`dartlake {whole}", StringComparison.Ordinal) || line.Contains($"`{whole}`", StringComparison.Ordinal)
            || (line.Contains($"`dartlake {verb.Name} ", StringComparison.Ordinal) && line.Contains($"`{part}`", StringComparison.Ordinal)))
        select whole, "give it a line in the table of README.md, or a word in the line of its like");
}
