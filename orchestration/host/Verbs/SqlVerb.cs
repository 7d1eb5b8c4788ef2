using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>sql</c>: one read-only query over every table of the catalog by name.</summary>
static class SqlVerb
{
    public static Command Build(Composition composition)
    {
        var query = new Argument<string>("query") { Description = "One SELECT, such as \"select * from gold.daily_pnl\"" };
        var asOf = new Option<string?>("--as-of") { Description = "Tables as they were: a tag or branch, a snapshot id, or a time such as 2026-09-21T20:00:00Z; tag:NAME and time:TIME where it could be both", HelpName = "TAG|SNAPSHOT|TIME" };
        var format = Flags.Choice("--format", "How the result is written", "table", "csv", "json", "parquet");
        var engines = Flags.Choice("--engine", "Which engine answers; Trino and Spark are those of the settings", "duckdb", "trino", "spark");
        return new Command("sql", "Run one read-only query over the tables") { query, engines, asOf, format }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var wanted = json ? ResultFormat.Json : Enum.Parse<ResultFormat>(parsed.GetValue(format)!, ignoreCase: true);
            if (wanted == ResultFormat.Parquet && !Console.IsOutputRedirected)
                throw LakeException.Invalid("Parquet is no text for a terminal; write it to a file: add '> answer.parquet'");
            var (name, state) = (parsed.GetValue(engines), parsed.GetValue(asOf));
            await using var duckDb = name == "duckdb" ? composition.DuckDb(lake) : null;
            await using IQueryEngine engine = duckDb is not null
                ? await LakeSession.OpenNamedAsync(duckDb, lake.Catalog, lake.Scan, state, cancel)
                : name == "trino" ? await composition.TrinoAsync(lake, state, cancel) : await composition.SparkAsync(lake, state, cancel);
            await using var progress = json ? null : QueryProgress.Watch(engine, composition.Time);
            await using var result = await engine.QueryReadOnlyAsync(parsed.GetValue(query)!, cancel);
            foreach (var line in engine.Remarks)
                Failure.Note(line);
            await using var output = Console.OpenStandardOutput();
            if (wanted == ResultFormat.Table)
                await ResultWriter.WriteTableAsync(result, output, Screen.Width, cancel);
            else
                await ResultWriter.WriteAsync(result, wanted, output, cancel);
            return 0;
        });
    }
}
