using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Dart.Lake.House.Tests;

/// <summary>The sources as they lie in the checkout. Paths are relative to its root, with forward slashes.</summary>
static class Repository
{
    static readonly HashSet<string> Skipped = new(StringComparer.Ordinal) { "bin", "obj", ".git", "artifacts", "data", "TestResults", ".vs", ".idea" };

    public static string Root => Checkout.Root;

    /// <summary>Every file that is not a product of a build or of a run.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(new DirectoryInfo(Root)).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> With(params string[] endings) =>
        Files.Where(f => endings.Any(e => f.EndsWith(e, StringComparison.Ordinal)));

    /// <summary>C# of the product: all but tests and bench.</summary>
    public static IEnumerable<string> ProductCode =>
        With(".cs").Where(f => !f.StartsWith("tests/", StringComparison.Ordinal) && !f.StartsWith("bench/", StringComparison.Ordinal));

    /// <summary>Projects of the product.</summary>
    public static IEnumerable<string> ProductProjects =>
        With(".csproj").Where(f => !f.StartsWith("tests/", StringComparison.Ordinal) && !f.StartsWith("bench/", StringComparison.Ordinal));

    /// <summary>Debug or Release, as this test was built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    public static SyntaxNode Parse(string path) =>
        CSharpSyntaxTree.ParseText(Read(path), new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();

    /// <summary>Fails with one line per finding.</summary>
    public static void None(IEnumerable<string> findings, string rule)
    {
        var list = findings.Take(40).ToList();
        Assert.True(list.Count == 0, $"{rule}:\n  {string.Join("\n  ", list)}");
    }

    static IEnumerable<string> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Select(f => Path.GetRelativePath(Root, f.FullName).Replace('\\', '/'))
            .Concat(folder.EnumerateDirectories().Where(d => !Skipped.Contains(d.Name) && d.LinkTarget is null).SelectMany(Walk));
}
