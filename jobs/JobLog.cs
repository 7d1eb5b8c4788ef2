using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs;

/// <summary>Everything that jobs log. Ids are 1000 to 1999 and never reused; Error means that somebody must look.</summary>
static partial class JobLog
{
    [LoggerMessage(1000, LogLevel.Information, "Kafka client {Build}")]
    public static partial void KafkaClient(this ILogger log, string build);

    /// <summary>Brokers or topics are waited for, and why.</summary>
    [LoggerMessage(1001, LogLevel.Warning, "{Reason}")]
    public static partial void Waits(this ILogger log, string reason);

    [LoggerMessage(1100, LogLevel.Warning,
        "topic {Topic} is not the log that {Table} has read: it was created again or is another Kafka's, and is read from its start")]
    public static partial void AnotherLog(this ILogger log, string topic, TableIdent table);

    [LoggerMessage(1101, LogLevel.Warning, "the bronze tables were moved on by another process: reading again from their positions")]
    public static partial void MovedOnByAnother(this ILogger log);

    [LoggerMessage(1102, LogLevel.Warning, "{Table} gets new columns, {Columns}, because of {Because}")]
    public static partial void NewColumns(this ILogger log, string table, string columns, string because);

    public static void NewColumns(this ILogger log, ColumnsChanged added) =>
        log.NewColumns(added.Table, string.Join(", ", added.Columns), added.Because);

    [LoggerMessage(1103, LogLevel.Warning, "--new-fields ignore: fields that neither contract nor table has are left out of the tables")]
    public static partial void IgnoresNewFields(this ILogger log);

    [LoggerMessage(1104, LogLevel.Warning, "--new-fields ignore: {Table} leaves out {Columns} of {Because}")]
    public static partial void IgnoresFields(this ILogger log, string table, string columns, string because);

    /// <summary>The first record of its topic that became a dead letter for this reason.</summary>
    [LoggerMessage(1105, LogLevel.Warning, "dead letter, {Reason}: {Topic}[{Partition}]@{Offset}: {Detail}; the first of this reason, others are counted")]
    public static partial void DeadLetter(this ILogger log, string reason, string topic, int partition, long offset, string detail);

    [LoggerMessage(1106, LogLevel.Warning,
        "others have changed the columns of a bronze table: nothing was written to columns that are gone, reading again from the positions")]
    public static partial void ColumnsChanged(this ILogger log);

    /// <summary>A table that is missing while others of the job are there.</summary>
    [LoggerMessage(1107, LogLevel.Warning,
        "{Table} is not in the catalog, while other tables of this job are: if it was there it was dropped; it is made, and its topics are read from their start")]
    public static partial void MadeAgain(this ILogger log, string table);

    [LoggerMessage(1108, LogLevel.Debug, "commit {Number} of {Rows} rows took {Milliseconds} ms")]
    public static partial void Committed(this ILogger log, long number, long rows, long milliseconds);

    [LoggerMessage(1200, LogLevel.Warning, "another {Job} job is active; this one stands by")]
    public static partial void StandsBy(this ILogger log, string job);

    [LoggerMessage(1201, LogLevel.Warning, "{Partition} begins at {Low}, bronze is at {Next}: waiting for bronze")]
    public static partial void WaitsForBronze(this ILogger log, LogPartition partition, long low, long next);

    [LoggerMessage(1202, LogLevel.Warning, "the topics have other partitions than before: everything is read again from the lake")]
    public static partial void OtherPartitions(this ILogger log);

    [LoggerMessage(1203, LogLevel.Warning, "{Partition} begins at {Low}, and is read up to {Next}: everything is read again from the lake")]
    public static partial void LogBeginsLater(this ILogger log, LogPartition partition, long low, long next);

    [LoggerMessage(1204, LogLevel.Error, "{Day:yyyy-MM-dd}: account {Account} lacks the fixing {Pair}; its numbers are not in ops.hot_close")]
    public static partial void LacksFixing(this ILogger log, DateOnly day, string account, string? pair);

    [LoggerMessage(1205, LogLevel.Information,
        "{Books} positions are recomputed from {From:yyyy-MM-dd} on, out of {Trades} rows of bronze: trades of closed days came late or were changed")]
    public static partial void Recomputed(this ILogger log, int books, DateOnly from, long trades);

    [LoggerMessage(1219, LogLevel.Warning,
        "{Partition}: bronze is at {Next}, and the last cut has rows up to {Cut}: numbers are not complete until bronze has them; see that stream bronze runs")]
    public static partial void BronzeBehindCut(this ILogger log, LogPartition partition, long next, long cut);

    [LoggerMessage(1220, LogLevel.Warning,
        "{Day:yyyy-MM-dd} is published, and ops.hot_close has no cut of it: the days that it lacks are cut from bronze; compare them with 'dartlake reconcile'")]
    public static partial void CutsPublishedDays(this ILogger log, DateOnly day);

    [LoggerMessage(1206, LogLevel.Warning, "the hot store has lost keys: everything is written again")]
    public static partial void LostKeys(this ILogger log);

    [LoggerMessage(1207, LogLevel.Warning,
        "{Wait}: {Held} records are held back behind it; {WayOut}")]
    public static partial void MarkerWaits(this ILogger log, string wait, int held, string wayOut);

    [LoggerMessage(1217, LogLevel.Warning,
        "{Wait}; {WayOut}")]
    public static partial void LiveWaits(this ILogger log, string wait, string wayOut);

    [LoggerMessage(1208, LogLevel.Warning, "END_OF_DAY of {Day:yyyy-MM-dd} in {Partition}@{Offset} is passed: it holds nothing back")]
    public static partial void PassedMarker(this ILogger log, DateOnly day, LogPartition partition, long offset);

    [LoggerMessage(1218, LogLevel.Warning,
        "--pass-marker {Day:yyyy-MM-dd}: no END_OF_DAY of that day in the topics holds anything back, so none is passed")]
    public static partial void PassesNothing(this ILogger log, DateOnly day);

    [LoggerMessage(1209, LogLevel.Error, "{What} has no numbers: some are beyond their types; the others go on")]
    public static partial void Lost(this ILogger log, string what);

    [LoggerMessage(1216, LogLevel.Error,
        "{Positions} positions have more trades since the last day that they opened with numbers than a start reads: they have none")]
    public static partial void StaysLost(this ILogger log, int positions);

    [LoggerMessage(1210, LogLevel.Information, "{What} has numbers again")]
    public static partial void Found(this ILogger log, string what);

    [LoggerMessage(1215, LogLevel.Warning,
        "{Day:yyyy-MM-dd} is cut before bronze has decided on {Records} records whose schemas the registry lacks: they count as left out")]
    public static partial void CutBeforeBronze(this ILogger log, DateOnly day, int records);

    [LoggerMessage(1211, LogLevel.Information, "{Day:yyyy-MM-dd} is cut by its watermark: its source sends no END_OF_DAY")]
    public static partial void CutLive(this ILogger log, DateOnly day);

    [LoggerMessage(1213, LogLevel.Warning,
        "bronze has decided otherwise on {Partition}@{Offset}, whose schema the registry got late: everything is read again from the lake")]
    public static partial void DecidedOtherwise(this ILogger log, LogPartition partition, long offset);

    [LoggerMessage(1212, LogLevel.Warning, "dead letters or quarantined rows were released, act {Act}: everything is read again from the lake")]
    public static partial void Released(this ILogger log, long act);

    [LoggerMessage(1214, LogLevel.Information,
        "dead letters or quarantined rows are being released, act {Act}: everything is read again once that has been quiet for {Seconds} s")]
    public static partial void WaitsForReleases(this ILogger log, long act, double seconds);
}
