using System.Text.RegularExpressions;

namespace Dart.Lake.House.Tests;

/// <summary>What README and docs name exists: paths, links, make targets and lines of dartlake.</summary>
public partial class DocumentTests
{
    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^(\.?[A-Za-z][\w.-]*/)+[\w.*-]*$|^[\w-]+\.(md|sln|props|json|txt|yml|sh|cs)$|^Makefile$", RegexOptions.ExplicitCapture)]
    private static partial Regex PathLike();

    [GeneratedRegex(@"^(?<text>[a-z][a-z-]*):", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Target();

    [GeneratedRegex(@"\bclass (?<name>\w+Tests)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex TestClass();

    [GeneratedRegex(@"^[A-Z]\w+Tests$")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^[A-Z]{3,}(?=\.|$)")]
    private static partial Regex Placeholder();

    static IEnumerable<string> Documents => Repository.With(".md").Where(f => f == "README.md"
        || f.StartsWith("docs/", StringComparison.Ordinal)
        || f.Count(c => c == '/') > 0 && f.EndsWith("README.md", StringComparison.Ordinal));

    /// <summary>First folders of the checkout: a path that starts elsewhere (a data folder's, a topic's) is not ours to check.</summary>
    static readonly HashSet<string> Tops = [
        .. Repository.Files.Where(f => f.Contains('/', StringComparison.Ordinal)).Select(f => f.Split('/')[0]),
    ];

    [Fact]
    public void Every_path_that_a_document_names_exists() => Repository.None(
        from document in Documents
        from path in Spans(document).Where(s => PathLike().IsMatch(s)).Select(s => s.TrimEnd('.'))
        where !path.Contains('/', StringComparison.Ordinal)
            ? !IsFileName(path, document)
            : Tops.Contains(path.Split('/')[0]) && !Exists(path) && !Exists($"dbt-like-sql/project/{path}")
        select $"{document}: {path}", "a document names what is not there");

    [Fact]
    public void Every_link_of_a_document_leads_somewhere() => Repository.None(
        from document in Documents
        from Match link in Link().Matches(Repository.Read(document))
        let target = link.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal)
        where !Exists(Path
            .GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, target)))
            .Replace('\\', '/'))
        select $"{document}: {target}", "a link that leads nowhere");

    [Fact]
    public void Every_test_that_a_document_names_exists()
    {
        var classes = Repository.With(".cs").Where(f => f.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(f => TestClass().Matches(Repository.Read(f)).Select(m => m.Groups["name"].Value)).ToHashSet(StringComparer.Ordinal);
        Repository.None(
            from document in Documents
            from name in Spans(document)
            where TestName().IsMatch(name) && !classes.Contains(name)
            select $"{document}: {name}", "a document names a test that is not there");
        Assert.Contains(Spans("docs/iceberg.md"), name => TestName().IsMatch(name));
    }

    [Fact]
    public void Every_make_target_that_a_document_names_exists()
    {
        var targets = Target().Matches(Repository.Read("Makefile")).Select(m => m.Groups["text"].Value).ToHashSet(StringComparer.Ordinal);
        Repository.None(
            from document in Documents
            from line in Commands(document, "make")
            from word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            where word[0] != '-' && !word.Contains('=', StringComparison.Ordinal) && !targets.Contains(word)
            select $"{document}: {line}", "the Makefile has no such target");
    }

    /// <summary>Every line is parsed by the executable's own command line, flags and values included.</summary>
    [Fact]
    public void Every_dartlake_line_that_a_document_or_the_help_names_parses()
    {
        var root = Dart.Lake.Host.Verbs.Root.Build(Dart.Lake.Host.Wiring.Settings.Load(), TimeProvider.System, IdSource.System);
        var help = from example in Dart.Lake.Host.Output.Help.Examples
                   from line in example.Value
                   select (Document: $"help of {example.Key}", Line: line.Split(" > ")[0]);
        Repository.None(
            from pair in help.Concat(from document in Documents from line in Commands(document, "dartlake") select (Document: document, Line: line))
            let line = pair.Line
            let document = pair.Document
            let arguments = CommandLine.Split(line).Skip(1).ToArray()
            where arguments.Length > 0 && arguments is not ["--help" or "--version"] && !IsName(root, arguments)
            let errors = root.Parse(arguments).Errors
            where errors.Count > 0
            select $"{document}: {line}: {errors[0].Message}", "dartlake does not know this line");
    }

    /// <summary>Words that only name a verb, as prose does, are not a line to type.</summary>
    static bool IsName(System.CommandLine.Command root, string[] words) =>
        words.Aggregate((System.CommandLine.Command?)root, (at, word) => at?.Subcommands.FirstOrDefault(c => c.Name == word)) is not null;

    [Fact]
    public void Every_document_has_one_title() => Repository.None(
        Documents.Where(d => Outside(d).Count(l => l.StartsWith("# ", StringComparison.Ordinal)) != 1), "one line that starts with '# '");

    static IEnumerable<string> Spans(string document) => Checkout.Spans(Repository.Read(document));

    static IEnumerable<string> Outside(string document) => Checkout.Prose(Repository.Read(document)).Split('\n');

    static IEnumerable<string> Commands(string document, string command) => Checkout.Commands(Repository.Read(document), command);

    static bool Exists(string path)
    {
        var name = path.TrimEnd('/');
        // A part in capitals stands for any name.
        name = string.Join('/', name.Split('/').Select(part => Placeholder().Replace(part, "*")));
        if (name.Contains('*', StringComparison.Ordinal))
        {
            var pattern = new Regex("^" + Regex.Escape(name).Replace("\\*", "[^/]*", StringComparison.Ordinal) + "(/|$)");
            return Repository.Files.Any(pattern.IsMatch);
        }
        return File.Exists(Path.Combine(Repository.Root, name)) || Directory.Exists(Path.Combine(Repository.Root, name));
    }

    /// <summary>A bare file name is one of the checkout's, wherever it lies.</summary>
    static bool IsFileName(string name, string document) =>
        Exists(name)
            || Exists($"{Path.GetDirectoryName(document)}/{name}")
            || Repository.Files.Any(f => f.EndsWith("/" + name, StringComparison.Ordinal));
}
