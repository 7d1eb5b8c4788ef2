using System.Globalization;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// Reads silver.quarantine. What was decided holds for a place and its rule: a row that was released and breaks another rule then is open.
/// </summary>
sealed class QuarantineRows(Lake lake, DuckDbSession session, PartLimit limit)
{
    const string Order = $"trade_date, {LastActs.Place}, rule, table_name", Columns =
        $"trade_date, table_name, rule, reason, row_json, source, sequence, {LastActs.Place}, state";

    readonly LastActs acts = new(lake, session);

    /// <summary>Chosen rows by their day and place.</summary>
    /// <param name="quarantine">silver.quarantine.</param>
    /// <param name="decided">ops.acts, in the same state of the catalog; null: there is none.</param>
    /// <param name="chosen">Which.</param>
    /// <param name="most">So many.</param>
    /// <param name="cancel">Ends the query.</param>
    public async Task<IReadOnlyList<QuarantinedRow>> ReadAsync(
        Table quarantine, Table? decided, Chosen chosen, int most, CancellationToken cancel)
    {
        var values = new List<object?>();
        var some = await ChosenAsync(quarantine, decided, chosen, null, values, cancel).ConfigureAwait(false);
        var rows = await session.RowsAsync($"SELECT {Columns} FROM ({some}) ORDER BY {Order} LIMIT {most}", cancel, values)
            .ConfigureAwait(false);
        return [.. rows.Select(Row)];
    }

    /// <summary>Chosen rows behind one of them, as many as one commit takes.</summary>
    /// <param name="quarantine">silver.quarantine.</param>
    /// <param name="decided">ops.acts, in the same state of the catalog.</param>
    /// <param name="chosen">Which.</param>
    /// <param name="after">The row; null: from the first on.</param>
    /// <param name="cancel">Ends the query.</param>
    public async Task<IReadOnlyList<QuarantinedRow>> ReadPartAsync(
        Table quarantine, Table decided, Chosen chosen, QuarantinedRow? after, CancellationToken cancel)
    {
        var values = new List<object?>();
        var some = await ChosenAsync(quarantine, decided, chosen, after, values, cancel).ConfigureAwait(false);
        var first = limit.First(some, Order, "coalesce(strlen(row_json), 0)");
        var rows = await session.RowsAsync($"SELECT {Columns} FROM ({first}) ORDER BY {Order}", cancel, values).ConfigureAwait(false);
        return [.. rows.Select(Row)];
    }

    async Task<string> ChosenAsync(
        Table quarantine, Table? decided, Chosen chosen, QuarantinedRow? after, List<object?> values, CancellationToken cancel)
    {
        var rows = await acts.ReaderAsync(quarantine, null, cancel).ConfigureAwait(false);
        var last = await acts.SqlAsync(decided, ActRow.Quarantine, ", reason AS rule", cancel).ConfigureAwait(false);
        var state = $"CASE d.verb WHEN '{ActRow.Drop}' THEN '{QuarantinedRow.Dropped}' WHEN '{ActRow.Release}' THEN '{QuarantinedRow.Released}' ELSE '{QuarantinedRow.Open}' END";
        return $"""
            SELECT * FROM (
                SELECT q.*, {state} AS state FROM ({rows}) q LEFT JOIN {last} d USING ({LastActs.Place}, rule) WHERE q._offset IS NOT NULL
            )
            WHERE {chosen.Where("rule", "trade_date", values)} AND {(chosen.Dropped ? "true" : $"state <> '{QuarantinedRow.Dropped}'")}
                AND {Behind(after, values)}
            """;
    }

    static string Behind(QuarantinedRow? after, List<object?> values)
    {
        if (after is null)
            return "true";
        var place = after.At.Partition;
        var day = after.TradeDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        values.AddRange([day, day, place.LogId, place.Topic, place.Partition, after.At.Next, after.Rule, after.Table]);
        // the day once more, alone: whole files can be told by it
        return $"trade_date >= CAST(? AS DATE) AND ({Order}) > (CAST(? AS DATE), ?, ?, ?, ?, ?, ?)";
    }

    static QuarantinedRow Row(object?[] r) => new(
        (DateOnly)r[0]!,
        (string)r[1]!,
        (string)r[2]!,
        (string)r[3]!,
        (string?)r[4],
        (string?)r[5],
        (long?)r[6],
        new(new((string)r[7]!, (string)r[8]!, Convert.ToInt32(r[9], CultureInfo.InvariantCulture)), (long)r[10]!),
        (string)r[11]!);
}
