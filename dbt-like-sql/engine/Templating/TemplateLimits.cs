namespace Dart.Lake.Sql.Templating;

/// <summary>What one rendering may use; beyond it the template is wrong, not slow.</summary>
/// <param name="Depth">Nested blocks, expressions and macro calls.</param>
/// <param name="Steps">Evaluated expressions and loop passes.</param>
/// <param name="Output">Characters of a text, and elements of a list.</param>
public sealed record TemplateLimits(int Depth = 100, int Steps = 1_000_000, int Output = 4_000_000)
{
    public static TemplateLimits Default { get; } = new();
}
