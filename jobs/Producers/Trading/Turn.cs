namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>Whether a trade turns a position from long to short or back.</summary>
enum Turn
{
    None,

    /// <summary>What the day itself has bought and sold, but not the position with what was carried in.</summary>
    OfTheDay,
    Position,
}
