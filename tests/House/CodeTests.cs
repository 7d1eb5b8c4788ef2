using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dart.Lake.House.Tests;

/// <summary>What the code of the house does not contain.</summary>
public partial class CodeTests
{
    static readonly HashSet<string> Seams = new(StringComparer.Ordinal) { "ICatalog", "IObjectStore", "IQueryEngine", "ISchemaRegistry" };

    [GeneratedRegex(@"(Utils?|Utilities|Helpers?|Manager|Misc|Common)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Drawer();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|for now|placeholder|temporar(y|ily))\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^//[^/].*(;|\{|\})\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex LikeCode();

    static IEnumerable<string> Code => Repository.With(".cs");

    [Fact]
    public void No_type_is_a_drawer() => Repository.None(
        from file in Code
        from type in Repository.Parse(file).DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        where Drawer().IsMatch(type.Identifier.Text)
        select $"{file}: {type.Identifier.Text}", "name the type by what it does");

    [Fact]
    public void No_region_hides_the_length_of_a_file() => Repository.None(
        from file in Code
        from trivia in Repository.Parse(file).DescendantTrivia(descendIntoTrivia: true)
        where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)
        select file, "split the file");

    [Fact]
    public void No_comment_announces_unfinished_work() => Repository.None(
        from file in Code
        from trivia in Repository.Parse(file).DescendantTrivia()
        where IsComment(trivia)
        let match = Unfinished().Match(trivia.ToFullString())
        where match.Success
        select $"{file}:{Line(trivia)}: {match.Value}", "do it, or leave it out");

    [Fact]
    public void No_code_is_commented_out() => Repository.None(
        from file in Code
        from trivia in Repository.Parse(file).DescendantTrivia()
        where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia)
        let text = trivia.ToFullString()
        where LikeCode().IsMatch(text) && ParsesAsStatement(text[2..])
        select $"{file}:{Line(trivia)}: {text}", "remove it: the history keeps it");

    /// <summary>What prints by itself, and why it may.</summary>
    static readonly Dictionary<string, string> Printers = new(StringComparer.Ordinal)
    {
        ["orchestration/host/Output/Screen.cs"] = "the one that leaves out control characters of the data",
        ["orchestration/host/Output/Json.cs"] = "a document, which escapes them",
        ["orchestration/host/Verbs/ModelVerbs.cs"] = "a plan of several lines, made of names of models",
    };

    [Fact]
    public void Lines_for_people_are_printed_by_the_screen() => Repository.None(
        from file in Repository.ProductCode
        where !Printers.ContainsKey(file) && Repository.Read(file).Contains("Console.Out.WriteLine", StringComparison.Ordinal)
        select file, "a line may quote the data: print it with Screen.Line");

    [Fact]
    public void Interfaces_are_the_four_seams() => Repository.None(
        from file in Repository.ProductCode
        from type in Repository.Parse(file).DescendantNodes().OfType<InterfaceDeclarationSyntax>()
        where !Seams.Contains(type.Identifier.Text)
        select $"{file}: {type.Identifier.Text}", "an interface needs two implementations; pass a delegate or the class");

    [Fact]
    public void Classes_are_sealed_static_or_abstract() => Repository.None(
        from file in Repository.ProductCode
        from type in Repository.Parse(file).DescendantNodes().OfType<TypeDeclarationSyntax>()
        where type is ClassDeclarationSyntax or RecordDeclarationSyntax { ClassOrStructKeyword.RawKind: not (int)SyntaxKind.StructKeyword }
        where !type.Modifiers.Any(m => m.IsKind(SyntaxKind.SealedKeyword)
            || m.IsKind(SyntaxKind.StaticKeyword)
            || m.IsKind(SyntaxKind.AbstractKeyword)
            || m.IsKind(SyntaxKind.PartialKeyword))
        select $"{file}: {type.Identifier.Text}", "seal it");

    /// <summary>
    /// A namespace is the project's, then the folders below it; what every file may name without a using is in Dart.Lake.
    /// </summary>
    [Fact]
    public void Namespaces_follow_folders() => Repository.None(
        from project in Repository.With(".csproj").Where(p => !p.StartsWith("tests/", StringComparison.Ordinal) && !p.StartsWith("bench/", StringComparison.Ordinal))
        let folder = Path.GetDirectoryName(project)!.Replace('\\', '/') + "/"
        let root = XDocument.Parse(Repository.Read(project)).Descendants("RootNamespace").FirstOrDefault()?.Value
            ?? Path.GetFileNameWithoutExtension(project)
        from file in Code.Where(f => f.StartsWith(folder, StringComparison.Ordinal))
        from declared in Repository.Parse(file).DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        let below = Path.GetDirectoryName(file[folder.Length..])!.Replace('\\', '/').Replace('/', '.')
        let expected = below.Length == 0 ? root : $"{root}.{below}"
        let name = declared.Name.ToString()
        where name != expected && name != "Dart.Lake"
        select $"{file}: {name}, expected {expected}", "a namespace says where the file lies");

    [Fact]
    public void A_test_is_named_by_a_sentence() => Repository.None(
        from file in Code.Where(f => f.StartsWith("tests/", StringComparison.Ordinal))
        from method in Repository.Parse(file).DescendantNodes().OfType<MethodDeclarationSyntax>()
        where method.AttributeLists.SelectMany(l => l.Attributes).Any(a => a.Name.ToString() is "Fact" or "Theory")
        where method.Identifier.Text.Count(c => c == '_') < 2
        select $"{file}: {method.Identifier.Text}", "say what holds: A_commit_that_lost_the_race_plans_again");

    static bool IsComment(SyntaxTrivia trivia) => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
        or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia;

    static bool ParsesAsStatement(string text)
    {
        var statement = SyntaxFactory.ParseStatement(text.Trim());
        return !statement.ContainsDiagnostics || text.TrimEnd().EndsWith('{');
    }

    static int Line(SyntaxTrivia trivia) => trivia.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
