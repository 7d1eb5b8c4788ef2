using System.Globalization;
using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Pieces of SQL that speak of one trade date and its cut. Plain SQL of every engine: no function of DuckDB's alone.</summary>
sealed class DaySql(DateOnly date)
{
    public const string Place = "_log_id, _topic, _kafka_partition, _offset", One = "cast(1 AS decimal(38, 10))";

    public string Date { get; } = $"DATE '{date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'";

    public string DateBefore(int days) => $"DATE '{date.AddDays(-days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'";

    /// <summary>CTEs <c>cut</c> (V of the day) and <c>before</c> (V of the day before; empty on the first).</summary>
    public string Cuts => $"""
        cut AS (SELECT _log_id, _topic, _kafka_partition, next_offset FROM ops.hot_close WHERE trade_date = {Date} AND kind = 'OFFSET'),
        before AS (SELECT _log_id, _topic, _kafka_partition, next_offset FROM ops.hot_close WHERE kind = 'OFFSET'
            AND trade_date = (SELECT max(trade_date) FROM ops.hot_close WHERE kind = 'OFFSET' AND trade_date < {Date}))
        """;

    /// <summary>Rows of a table with coordinates that lie between the two cuts, as alias <c>t</c>.</summary>
    public static string Between(string table, string offset = "_offset") => $"""
        FROM {table} t
        JOIN cut c ON c._log_id = t._log_id AND c._topic = t._topic AND c._kafka_partition = t._kafka_partition AND t.{offset} < c.next_offset
        LEFT JOIN before b ON b._log_id = t._log_id AND b._topic = t._topic AND b._kafka_partition = t._kafka_partition
        WHERE t.{offset} >= coalesce(b.next_offset, 0)
        """;

    /// <summary>Rows of a table with coordinates before both cuts.</summary>
    public static string Earlier(string table) => $"""
        FROM {table} t
        JOIN before b ON b._log_id = t._log_id AND b._topic = t._topic AND b._kafka_partition = t._kafka_partition AND t._offset < b.next_offset
        WHERE true
        """;

    /// <summary>How many records before the cut were released after the hot job had made it.</summary>
    public string ReleasedSinceCut => $"""
        SELECT count(*) FROM {LakeNames.Acts} a
        JOIN ops.hot_close c ON c.trade_date = {Date} AND c.kind = 'OFFSET' AND c._log_id = a._log_id AND c._topic = a._topic AND c._kafka_partition = a._kafka_partition
        WHERE a.verb = 'RELEASE' AND a._offset < c.next_offset
          AND a.act > coalesce((SELECT max(next_offset) FROM ops.hot_close WHERE trade_date = {Date} AND kind = 'ACTS'), 0)
        """;

    /// <summary>Whether the hot job has cut the day.</summary>
    public async Task<bool> IsCutAsync(Ask ask, CancellationToken cancel) =>
        SourceComparisons.Number((await ask($"SELECT count(*) FROM ops.hot_close WHERE kind = 'OFFSET' AND trade_date = {Date}", cancel))[0][0]) > 0;

    /// <summary>Rows of a table with coordinates at or past the cut.</summary>
    public static string Past(string table) => $"""
        FROM {table} t
        LEFT JOIN cut c ON c._log_id = t._log_id AND c._topic = t._topic AND c._kafka_partition = t._kafka_partition
        WHERE t._offset >= coalesce(c.next_offset, 0)
        """;

    /// <summary>Where a publication cut reference data, at its gate; empty: at the day's cut.</summary>
    public IReadOnlyList<LogPosition> References { get; init; } = [];

    /// <summary>Reference records that a publication was made of, without a CTE.</summary>
    public string ReferencesBeforeGate => References.Count == 0 ? BeforeCut("bronze.reference") : $"""
        FROM bronze.reference t
        JOIN (VALUES {string.Join(", ", References.Select(p => $"({Text(p.Partition.LogId)}, {p.Partition.Partition}, {p.Next})"))}) c(_log_id, _kafka_partition, next_offset)
            ON c._log_id = t._log_id AND c._kafka_partition = t._kafka_partition
        WHERE t._offset < c.next_offset
        """;

    /// <summary>Rows of a table with coordinates before the day's cut, without a CTE.</summary>
    public string BeforeCut(string table) => $"""
        FROM {table} t
        JOIN ops.hot_close c ON c.trade_date = {Date} AND c.kind = 'OFFSET' AND c._log_id = t._log_id AND c._topic = t._topic AND c._kafka_partition = t._kafka_partition
        WHERE t._offset < c.next_offset
        """;

    /// <summary>
    /// CTE <c>copies</c>: of each record that a table has more than once all rows, numbered; all other rows are a first copy.
    /// </summary>
    public static string CopiesOf(string table) => $"""
        copies AS (
            SELECT b.*, row_number() OVER (PARTITION BY b.source, b.sequence ORDER BY b._log_id, b._kafka_partition, b._offset) AS copy
            FROM {table} b
            JOIN (SELECT source, sequence FROM {table} GROUP BY source, sequence HAVING count(*) > 1) r ON r.source = b.source AND r.sequence = b.sequence
        )
        """;

    /// <summary>A text as SQL has it.</summary>
    public static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A coordinate as text: topic[partition]@offset of log id.</summary>
    public static string Coordinate(string alias) => $"concat({alias}._topic, '[', cast({alias}._kafka_partition AS varchar), ']@', cast({alias}._offset AS varchar), ' of log ', {alias}._log_id)";

    public static string SamePlace(string a, string b) => $"{a}._log_id = {b}._log_id AND {a}._topic = {b}._topic AND {a}._kafka_partition = {b}._kafka_partition AND {a}._offset = {b}._offset";
}
