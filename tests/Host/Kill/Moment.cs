namespace Dart.Lake.Host.Tests.Kill;

/// <summary>A moment at which jobs are killed.</summary>
enum Moment
{
    /// <summary>Bronze has taken records, and no table has a snapshot.</summary>
    BeforeTheFirstCommit,

    /// <summary>Bronze has written the files and the manifest list of a commit.</summary>
    BetweenFilesAndCommit,

    /// <summary>Bronze has committed, and has taken records since.</summary>
    InFlight,

    /// <summary>Hot applies events, bronze has records in flight: both at once.</summary>
    BothWhileHotApplies,

    /// <summary>A flush of hot hangs in Redis: both at once.</summary>
    BothWhileHotFlushes,

    /// <summary>Hot has just taken the lease, and reads the lake.</summary>
    WhileHotRestores,

    /// <summary>Hot has written the files and the manifest list of the day's close.</summary>
    WhileHotCuts,
}
