using System.CommandLine;
using System.Globalization;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Engines.Formats;
using Dart.Lake.Lakehouse.Iceberg.Scan;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>sql</c>: one read-only query over every table of the catalog by name.</summary>
static class SqlVerb
{
    public static Command Build(Composition composition)
    {
        var query = new Argument<string>("query") { Description = "One SELECT, such as \"select * from gold.daily_pnl\"" };
        var asOf = new Option<string?>("--as-of") { Description = "Tables as they were: a tag, a snapshot id, or a time such as 2026-09-21T20:00:00Z", HelpName = "TIME|TAG|SNAPSHOT" };
        var format = Flags.Choice("--format", "How the result is written", "table", "csv", "json", "parquet");
        return new Command("sql", "Run one read-only query over the tables") { query, asOf, format }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var wanted = json ? ResultFormat.Json : Enum.Parse<ResultFormat>(parsed.GetValue(format)!, ignoreCase: true);
            if (wanted == ResultFormat.Parquet && !Console.IsOutputRedirected)
                throw LakeException.Invalid("Parquet is no text for a terminal; write it to a file: add '> answer.parquet'");
            await using var engine = composition.DuckDb(lake);
            await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, StateOf(parsed.GetValue(asOf)), cancel);
            await using var result = await session.QueryReadOnlyAsync(parsed.GetValue(query)!, cancel);
            await using var output = Console.OpenStandardOutput();
            await ResultWriter.WriteAsync(result, wanted, output, cancel);
            return 0;
        });
    }

    /// <summary>A number is a snapshot, what reads as a time is a time, all else a tag.</summary>
    internal static ScanOptions StateOf(string? asOf) => asOf switch
    {
        null => new(),
        _ when long.TryParse(asOf, NumberStyles.None, CultureInfo.InvariantCulture, out var snapshot) => new() { SnapshotId = snapshot },
        _ when DateTimeOffset.TryParse(asOf, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) =>
            new() { AsOf = time },
        _ => new() { Tag = asOf },
    };
}
