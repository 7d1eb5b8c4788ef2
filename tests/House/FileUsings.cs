using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dart.Lake.House.Tests;

/// <summary>The namespaces that a file names in using directives.</summary>
static class FileUsings
{
    public static IEnumerable<string> Of(string path) =>
        Repository.Parse(path)
            .DescendantNodes()
            .OfType<UsingDirectiveSyntax>()
            .Select(u => u.NamespaceOrType.ToString().Replace("global::", "", StringComparison.Ordinal));
}
