namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>How a column of a table for people may be laid out.</summary>
public enum TextKind
{
    /// <summary>To the left and in one piece: a name, a time.</summary>
    Word,
    /// <summary>To the right and in one piece.</summary>
    Number,
    /// <summary>To the left; where a line is too short it goes on below.</summary>
    Prose,
}

/// <summary>A column of a table for people.</summary>
public sealed record TextColumn(string Name, TextKind Kind);
