namespace Dart.Lake.Lakehouse.Engines.Statements;

/// <summary>A part of a statement, as the lexer of its dialect parts it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">What it says; of a name without its quotes.</param>
/// <param name="Start">Its first character in the statement.</param>
/// <param name="End">The character behind it.</param>
readonly record struct SqlToken(SqlTokenKind Kind, string Text, int Start, int End)
{
    public bool IsName => Kind is SqlTokenKind.Word or SqlTokenKind.Name;

    public bool IsWord(string word) => Kind == SqlTokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(char symbol) => Kind == SqlTokenKind.Symbol && Text[0] == symbol;
}
