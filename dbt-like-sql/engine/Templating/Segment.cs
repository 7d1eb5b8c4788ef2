namespace Dart.Lake.Sql.Templating;

internal enum SegmentKind
{
    Text,
    Expression,
    Statement,
}

/// <summary>A stretch of a template: plain text, or the inside of <c>{{ }}</c> or <c>{% %}</c>.</summary>
internal sealed record Segment(SegmentKind Kind, string Text, int Line);
