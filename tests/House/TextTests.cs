using System.Text.RegularExpressions;

namespace Dart.Lake.House.Tests;

/// <summary>What no text of the checkout contains.</summary>
public partial class TextTests
{
    static readonly string[] Endings = [".cs", ".md", ".yml", ".yaml", ".sql", ".avsc", ".proto", ".sh", ".py", ".json", ".csproj", ".props", ".targets", ".txt", "Makefile", "run", ".editorconfig"];

    [GeneratedRegex(@"(?<![\w.~}/-])/(work|root|home|Users)/\w|[A-Z]:\\\\?Users", RegexOptions.ExplicitCapture)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"(nuget\.org|pypi\.org|npmjs\.(org|com)|crates\.io|repo1?\.maven|proxy\.golang|deb\.debian\.org|pkgs\.dev\.azure|artifactory)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex RegistryHost();

    /// <summary>Texts that people wrote: lock files are a tool's, and this folder names what it bans.</summary>
    static IEnumerable<string> Texts =>
        Repository.With(Endings).Where(f => !f.EndsWith("packages.lock.json", StringComparison.Ordinal) && !f.StartsWith("tests/House/", StringComparison.Ordinal));

    static IEnumerable<string> Find(Regex pattern, IEnumerable<string> files) =>
        from file in files
        from line in Repository.Lines(file).Index()
        let match = pattern.Match(line.Item)
        where match.Success
        select $"{file}:{line.Index + 1}: {match.Value}";

    [Fact]
    public void No_path_of_a_machine_is_written_down() => Repository.None(Find(MachinePath(), Texts), "take the path from a flag or from the checkout");

    [Fact]
    public void No_host_of_a_package_registry_is_written_down() => Repository.None(Find(RegistryHost(), Texts), "registries are configured by whoever builds");

    [Fact]
    public void No_word_that_the_glossary_bans_is_used()
    {
        var banned = Glossary.BannedWords();
        Assert.NotEmpty(banned);
        Repository.None(
            from word in banned
            let pattern = new Regex($@"\b{Regex.Escape(word.Banned)}\b", RegexOptions.IgnoreCase)
            from finding in Find(pattern, Texts.Where(f => f != Glossary.Path && !f.EndsWith(".json", StringComparison.Ordinal)))
            select $"{finding} → {word.Instead}", $"see {Glossary.Path}");
    }

    [Fact]
    public void Every_text_ends_with_one_line_feed_and_has_no_carriage_return() => Repository.None(
        from file in Texts
        let text = Repository.Read(file)
        where text.Length > 0
            && (!text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal) || text.Contains('\r', StringComparison.Ordinal))
        select file, "run 'make format'");
}
