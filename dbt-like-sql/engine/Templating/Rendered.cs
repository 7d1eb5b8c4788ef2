namespace Dart.Lake.Sql.Templating;

/// <summary>A stretch of the output.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Line">Its line in the template.</param>
/// <param name="IsText">Whether it stands so in the template: then its lines go on there; else all of it comes from that line.</param>
internal readonly record struct RenderedPart(int Offset, int Line, bool IsText);

/// <summary>A template's output, which knows from which lines of the template it comes.</summary>
internal sealed record Rendered(TemplateSource Source, string Text, IReadOnlyList<RenderedPart> Parts)
{
    /// <summary>The line of the template's file.</summary>
    public int LineOf(int offset)
    {
        var (low, high) = (0, Parts.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Parts[middle].Offset <= offset ? (middle, high) : (low, middle - 1);
        }
        if (Parts.Count == 0)
            return 1;
        var part = Parts[low];
        return part.Line + (part.IsText ? Text.AsSpan(part.Offset, Math.Max(0, offset - part.Offset)).Count('\n') : 0);
    }

    /// <summary>An Invalid error at a place of the output.</summary>
    public LakeException Wrong(int offset, string what) => Source.Wrong(LineOf(offset), what);
}
