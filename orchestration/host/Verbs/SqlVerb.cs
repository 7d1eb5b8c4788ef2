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
        return new Command("sql", "Run one read-only query over the tables") { query, asOf, format }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var wanted = json ? ResultFormat.Json : Enum.Parse<ResultFormat>(parsed.GetValue(format)!, ignoreCase: true);
            if (wanted == ResultFormat.Parquet && !Console.IsOutputRedirected)
                throw LakeException.Invalid("Parquet is no text for a terminal; write it to a file: add '> answer.parquet'");
            await using var engine = composition.DuckDb(lake);
            await using var session = await LakeSession.OpenNamedAsync(engine, lake.Catalog, lake.Scan, parsed.GetValue(asOf), cancel);
            await using var result = await session.QueryReadOnlyAsync(parsed.GetValue(query)!, cancel);
            LeftOutText.Print(session.LeftOut.Values);
            foreach (var line in session.Says)
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
