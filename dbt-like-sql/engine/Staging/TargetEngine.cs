using System.Globalization;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Staging;

/// <summary>An engine of others on which models are built, and how it names states and files of the lake's tables.</summary>
public sealed record TargetEngine
{
    TargetEngine(IQueryEngine engine, SqlDialect dialect, string catalog) => (Engine, Dialect, Catalog) = (engine, dialect, catalog);

    /// <summary>The connection, which a run uses alone.</summary>
    public IQueryEngine Engine { get; }

    /// <summary>Its SQL.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>What it calls the lake's catalog.</summary>
    public string Catalog { get; }

    /// <summary>What follows a table's name for a snapshot's rows.</summary>
    internal Func<long, string> AsOf { get; private init; } = _ => "";

    /// <summary>The column that tells which file a row lies in.</summary>
    internal string FilePath { get; private init; } = "";

    /// <summary>What makes it look at a table again; null: it always does.</summary>
    internal Func<string, string?> Refresh { get; private init; } = _ => null;

    public static TargetEngine Trino(IQueryEngine engine, string catalog) => new(engine, SqlDialect.Trino, catalog)
    {
        AsOf = snapshot => string.Create(CultureInfo.InvariantCulture, $"for version as of {snapshot}"),
        FilePath = Quoted.Name("$path"),
    };

    /// <summary>Properties of Trino's sessions in which models are planned: they have more parts than people's questions.</summary>
    /// <param name="others">Properties that hold, too, and win.</param>
    public static IReadOnlyDictionary<string, string> OfTrinoSessions(IReadOnlyDictionary<string, string> others)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["query_max_stage_count"] = "500" };
        foreach (var (name, value) in others)
            all[name] = value;
        return all;
    }

    /// <summary>
    /// Properties of Spark's sessions in which our SQL means what it does elsewhere: decimals are exact or fail, names are in double
    /// quotes.
    /// </summary>
    /// <param name="others">Properties that hold, too, where they are not of these.</param>
    public static IReadOnlyDictionary<string, string> OfSparkSessions(IReadOnlyDictionary<string, string> others) =>
        new Dictionary<string, string>(others, StringComparer.Ordinal)
        {
            ["spark.sql.session.timeZone"] = "UTC",
            ["spark.sql.ansi.enabled"] = "true",
            ["spark.sql.ansi.doubleQuotedIdentifiers"] = "true",
            ["spark.sql.decimalOperations.allowPrecisionLoss"] = "false",
            ["spark.sql.parser.escapedStringLiterals"] = "false",
            ["spark.sql.legacy.consecutiveStringLiterals.enabled"] = "false",
            ["spark.sql.timestampType"] = "TIMESTAMP_LTZ",
            ["spark.sql.storeAssignmentPolicy"] = "ANSI",
            ["spark.sql.caseSensitive"] = "false",
        };

    /// <summary>Its catalog holds tables for half a minute as they were.</summary>
    public static TargetEngine Spark(IQueryEngine engine, string catalog) => new(engine, SqlDialect.Spark, catalog)
    {
        AsOf = snapshot => string.Create(CultureInfo.InvariantCulture, $"version as of {snapshot}"),
        FilePath = "_file",
        Refresh = table => $"refresh table {table}",
    };
}
