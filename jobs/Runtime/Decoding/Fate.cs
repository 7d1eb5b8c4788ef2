namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>What becomes of a record: a marker, a dead letter, or, when it is neither, a row.</summary>
internal readonly record struct Fate
{
    /// <summary>The END_OF_DAY marker that the record is, or null.</summary>
    public EndOfDayMarker? Marker { get; private init; }

    /// <summary>Why the record is a dead letter, or null.</summary>
    public DecodeFailure? DeadLetter { get; private init; }

    public bool IsRow => Marker is null && DeadLetter is null;

    public static Fate Ends(EndOfDayMarker day) => new() { Marker = day };

    public static Fate Dead(DecodeFailure why) => new() { DeadLetter = why };
}
