namespace Dart.Lake.Lakehouse.Engines.Statements;

/// <summary>What a part of a statement is.</summary>
enum SqlTokenKind
{
    /// <summary>A name or a keyword.</summary>
    Word,

    /// <summary>A name in quotes.</summary>
    Name,

    /// <summary>One character: a dot, a bracket, a part of an operator.</summary>
    Symbol,

    /// <summary>A number or a text.</summary>
    Literal,

    /// <summary>A text or remark without its end.</summary>
    Open,
}
