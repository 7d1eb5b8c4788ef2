namespace Dart.Lake.Sql.Templating;

/// <summary>A part of a template that makes output or changes names.</summary>
internal abstract record Statement(int Line);

internal sealed record TextStatement(int Line, string Text) : Statement(Line);

internal sealed record OutputStatement(int Line, Expression Value) : Statement(Line);

internal sealed record DoStatement(int Line, Expression Value) : Statement(Line);

internal sealed record IfStatement(
    int Line,
    IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches,
    IReadOnlyList<Statement> Else) : Statement(Line);

internal sealed record ForStatement(
    int Line,
    IReadOnlyList<string> Names,
    Expression Items,
    Expression? Condition,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Else) : Statement(Line);

/// <summary><c>set name = value</c>, or <c>set space.name = value</c> for a namespace.</summary>
internal sealed record SetStatement(int Line, IReadOnlyList<string> Names, string? Attribute, Expression Value) : Statement(Line);

internal sealed record CaptureStatement(int Line, string Name, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record MacroStatement(
    int Line, string Name, IReadOnlyList<MacroParameter> Parameters, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record MacroParameter(string Name, Expression? Default);
