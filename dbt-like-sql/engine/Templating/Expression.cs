namespace Dart.Lake.Sql.Templating;

/// <summary>An expression of a template, with the line that errors show.</summary>
internal abstract record Expression(int Line);

internal sealed record LiteralExpression(int Line, object? Value) : Expression(Line);

internal sealed record NameExpression(int Line, string Name) : Expression(Line);

internal sealed record ListExpression(int Line, IReadOnlyList<Expression> Items) : Expression(Line);

internal sealed record DictExpression(int Line, IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression(Line);

internal sealed record AttributeExpression(int Line, Expression Target, string Name) : Expression(Line);

internal sealed record IndexExpression(int Line, Expression Target, Expression Index) : Expression(Line);

internal sealed record SliceExpression(int Line, Expression Target, Expression? From, Expression? To) : Expression(Line);

internal sealed record CallExpression(int Line, Expression Target, IReadOnlyList<Argument> Arguments) : Expression(Line);

internal sealed record FilterExpression(int Line, Expression Target, string Name, IReadOnlyList<Argument> Arguments) : Expression(Line);

internal sealed record TestExpression(int Line, Expression Target, string Name, Expression? Argument) : Expression(Line);

internal sealed record UnaryExpression(int Line, string Operator, Expression Operand) : Expression(Line);

internal sealed record BinaryExpression(int Line, string Operator, Expression Left, Expression Right) : Expression(Line);

internal sealed record ConditionalExpression(int Line, Expression Condition, Expression Then, Expression? Else) : Expression(Line);

/// <summary>An argument of a call; positional when there is no name.</summary>
internal sealed record Argument(string? Name, Expression Value);
