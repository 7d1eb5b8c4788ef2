using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dart.Lake.House.Tests;

/// <summary>A project of the product as the compiler sees it. Paths are relative to the checkout.</summary>
/// <param name="Name">Of the project and its assembly.</param>
/// <param name="Folder">Where its file lies.</param>
/// <param name="Code">Its sources with those that the build generated.</param>
/// <param name="Sources">Its syntax trees by path, without generated ones.</param>
sealed record ProductProject(string Name, string Folder, CSharpCompilation Code, IReadOnlyDictionary<string, SyntaxTree> Sources)
{
    /// <summary>Every name, construction and operator of a source with what it means.</summary>
    public IEnumerable<(SyntaxNode Node, ISymbol Symbol)> MeaningsIn(string path)
    {
        var model = Code.GetSemanticModel(Sources[path]);
        foreach (var node in Sources[path]
            .GetRoot()
            .DescendantNodes()
            .Where(n => n is SimpleNameSyntax or ExpressionSyntax or AttributeSyntax))
        {
            var found = model.GetSymbolInfo(node);
            if ((found.Symbol ?? found.CandidateSymbols.FirstOrDefault()) is { } symbol)
                yield return (node, symbol is IAliasSymbol alias ? alias.Target : symbol);
        }
    }
}

/// <summary>
/// The product, compiled from its sources so that tests can ask what a name means. What the build generated is taken from its obj folders,
/// packages from beside this test: tests run after a build.
/// </summary>
static class ProductCompilations
{
    static readonly Lazy<IReadOnlyList<ProductProject>> loaded = new(Load);

    /// <summary>Errors of names that mean nothing. Others are of bodies that source generators write, which do not run here.</summary>
    static readonly HashSet<string> noMeaning = new(["CS0012", "CS0103", "CS0117", "CS0234", "CS0246", "CS1061"], StringComparer.Ordinal);

    /// <summary>Those that a project uses come before it.</summary>
    public static IReadOnlyList<ProductProject> All => loaded.Value;

    /// <summary>The type that a symbol is or belongs to, without its arguments; of a nested type the outermost; null: none.</summary>
    public static INamedTypeSymbol? TypeOf(ISymbol symbol)
    {
        var type = symbol switch
        {
            INamedTypeSymbol named => named,
            IMethodSymbol { ReducedFrom: { } extension } => extension.ContainingType,
            _ => symbol.ContainingType,
        };
        while (type?.ContainingType is { } outer)
            type = outer;
        return type?.OriginalDefinition;
    }

    /// <summary>Where a symbol is declared in the product, or null.</summary>
    public static string? PathOf(ISymbol symbol) =>
        symbol.DeclaringSyntaxReferences.Select(r => r.SyntaxTree.FilePath).FirstOrDefault(p => !IsGenerated(p));

    static bool IsGenerated(string path) => Path.IsPathRooted(path);

    static List<ProductProject> Load()
    {
        var packages = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("Dart.Lake.", StringComparison.Ordinal) && Path.GetFileName(p) != "dartlake.dll")
            .Select(p => MetadataReference.CreateFromFile(p))
            .ToList();
        var projects = new List<ProductProject>();
        foreach (var project in Repository.ProductProjects)
            Add(project, packages, projects);
        return projects;
    }

    static ProductProject Add(string project, IReadOnlyList<MetadataReference> packages, List<ProductProject> projects)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        if (projects.Find(p => p.Name == name) is { } known)
            return known;
        var folder = Path.GetDirectoryName(project)!.Replace('\\', '/');
        var used = XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
            .Select(r => Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, folder, r.Attribute("Include")!.Value)))
            .Select(path => Add(path.Replace('\\', '/'), packages, projects))
            .ToList();
        var sources = Repository.ProductCode
            .Where(f => f.StartsWith(folder + "/", StringComparison.Ordinal))
            .ToDictionary(f => f, f => Tree(f, f), StringComparer.Ordinal);
        var references = packages
            .Concat(used.SelectMany(u => u.Code.References.OfType<CompilationReference>().Append(u.Code.ToMetadataReference())))
            .Distinct();
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        var code = CSharpCompilation.Create(name, sources.Values.Concat(Generated(folder)), references, options);
        // what a name without a meaning stands for, no test would see
        Repository.None(
            code.GetDiagnostics().Where(d => noMeaning.Contains(d.Id)).Select(d => d.ToString()),
            $"{name} does not compile here: a package that the test project lacks, or a source that the build makes");
        var added = new ProductProject(name, folder, code, sources);
        projects.Add(added);
        return added;
    }

    static IEnumerable<SyntaxTree> Generated(string folder)
    {
        var built = Path.Combine(Repository.Root, folder, "obj", Repository.Configuration, "net10.0");
        Assert.True(Directory.Exists(built), $"{folder} is not built: run 'make build'");
        return Directory.EnumerateFiles(built, "*.cs", SearchOption.AllDirectories).Select(f => Tree(f, f));
    }

    static SyntaxTree Tree(string path, string name) =>
        CSharpSyntaxTree.ParseText(Repository.Read(path), new CSharpParseOptions(LanguageVersion.Preview), name);
}
