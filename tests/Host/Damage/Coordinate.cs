namespace Dart.Lake.Host.Tests.Damage;

/// <summary>Where a record lies.</summary>
sealed record Coordinate(string Log, string Topic, int Partition, long Offset)
{
    /// <summary>The columns of a row in this order.</summary>
    public static Coordinate Of(object?[] row) =>
        new((string)row[0]!, (string)row[1]!, Convert.ToInt32(row[2], System.Globalization.CultureInfo.InvariantCulture), (long)row[3]!);

    /// <summary>As SQL.</summary>
    public string Is(string offset = "_offset") => $"(_log_id = '{Log}' AND _topic = '{Topic}' AND _kafka_partition = {Partition} AND {offset} = {Offset})";

    /// <summary>As <c>reconcile</c> names it.</summary>
    public override string ToString() => $"{Topic}[{Partition}]@{Offset} of log {Log}";

    /// <summary>Its partition as <c>verify</c> names it.</summary>
    public string Place => $"{Topic}[{Partition}] of log {Log}";
}
