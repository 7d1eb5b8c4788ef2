using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>SQL over tables of one state of the catalog, and what was decided of records.</summary>
sealed class LastActs(Lake lake, DuckDbSession session)
{
    /// <summary>The columns by which a record is told from all others.</summary>
    public const string Place = "_log_id, _topic, _kafka_partition, _offset";

    /// <summary>SQL: the last verb by place, and by what <paramref name="also"/> names.</summary>
    /// <param name="acts">ops.acts; null: there is none.</param>
    /// <param name="kind">Of the records.</param>
    /// <param name="also">Further columns of ops.acts.</param>
    /// <param name="cancel">Ends the planning.</param>
    public async Task<string> SqlAsync(Table? acts, string kind, string also, CancellationToken cancel)
    {
        var all = acts is null
            ? TableReader.Empty(TableContracts.Get(LakeNames.Acts).ToIceberg())
            : await ReaderAsync(acts, null, cancel).ConfigureAwait(false);
        return $"(SELECT {Place}{also}, arg_max(verb, act) AS verb FROM ({all}) WHERE kind = '{kind}' GROUP BY ALL)";
    }

    /// <summary>SQL: whether a record stands behind a place, in the order of places; null: all do.</summary>
    /// <param name="after">The place.</param>
    /// <param name="values">Gets what is bound to its <c>?</c>.</param>
    public static string Behind(LogPosition? after, List<object?> values)
    {
        if (after is not { } place)
            return "true";
        values.AddRange([place.Partition.LogId, place.Partition.Topic, place.Partition.Partition, place.Next]);
        return $"({Place}) > (?, ?, ?, ?)";
    }

    /// <summary>SQL of the table's rows that a filter does not rule out.</summary>
    public async Task<string> ReaderAsync(Table table, Predicate? filter, CancellationToken cancel) => await TableReader.SqlForAsync(
        session,
        table,
        table.Metadata.Schema,
        (await lake.Scan.PlanAsync(table, new() { Filter = filter }, cancel).ConfigureAwait(false)).Files,
        cancel).ConfigureAwait(false);
}
