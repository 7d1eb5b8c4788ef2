namespace Dart.Lake.Sql.Templating;

/// <summary>A parsed template.</summary>
internal sealed record Template(TemplateSource Source, IReadOnlyList<Statement> Statements)
{
    /// <exception cref="LakeException">Invalid: with file and line.</exception>
    public static Template Parse(string file, string text, TemplateLimits limits)
    {
        var source = new TemplateSource(file, text);
        if (text.Length > limits.Output)
            throw source.Wrong(1, $"the file is longer than {limits.Output:N0} characters");
        return new(source, TemplateParser.Parse(source, limits));
    }
}
