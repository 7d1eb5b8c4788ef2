namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>Times of tables as numbers: microseconds since 1970.</summary>
public static class Times
{
    /// <summary>
    /// SQL of a time as a BIGINT. The greatest and the least that a file can hold are infinite to the engine, and no number of it.
    /// </summary>
    public static string Micros(string column) =>
        $"coalesce(epoch_us({column}), CASE WHEN {column} > TIMESTAMPTZ '1970-01-01 00:00:00+00' THEN {long.MaxValue} WHEN {column} IS NOT NULL THEN {-long.MaxValue} END)::BIGINT";
}
