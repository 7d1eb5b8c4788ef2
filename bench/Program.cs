using Dart.Lake.Bench;

// fill BROKERS FOLDER N           sends N quotes to 8 partitions and registers their schema in FOLDER
// run  BROKERS FOLDER N STAGE     reads them up to STAGE (consume, decode, parquet, commit) and prints one line of JSON
// commits N FOLDER RESULT         a day of N commits in FOLDER, its planning and compaction; the page goes to RESULT
// day DARTLAKE FOLDER RESULT TRADES MEMORY   the demo of TRADES in FOLDER with MEMORY MiB for queries (0: default), and DuckDB alone
// catalogs DARTLAKE FOLDER RESULT N          N commits on each kind of catalog and store; the services are in BENCH_CATALOG and BENCH_S3
// shared-day DARTLAKE FOLDER RESULT TRADES   an end of day in a folder, on S3, and there again with a warm cache
// trino URL ENCODING QUERY ROUNDS            reads the answer so often and prints a line of JSON each time
// spark URL QUERY ROUNDS                     the same of Spark
return args switch
{
    ["fill", var brokers, var folder, var count] => await Quotes.FillAsync(brokers, folder, int.Parse(count)),
    ["run", var brokers, var folder, var count, var stage] => await Stages.RunAsync(brokers, folder, int.Parse(count), stage),
    ["commits", var count, var folder, var result] => await Commits.RunAsync(int.Parse(count), folder, result, CancellationToken.None),
    ["day", var dartlake, var folder, var result, var trades, var memory] =>
        await Day.RunAsync(dartlake, folder, result, int.Parse(trades), long.Parse(memory), CancellationToken.None),
    ["catalogs", var dartlake, var folder, var result, var count] =>
        await CatalogCommits.RunAsync(dartlake, folder, result, int.Parse(count), CancellationToken.None),
    ["shared-day", var dartlake, var folder, var result, var trades] =>
        await SharedDay.RunAsync(dartlake, folder, result, int.Parse(trades), CancellationToken.None),
    ["trino", var url, var encoding, var query, var rounds] =>
        await Fetch.RunAsync(Fetch.Trino(new(url), encoding), query, int.Parse(rounds), CancellationToken.None),
    ["spark", var url, var query, var rounds] =>
        await Fetch.RunAsync(Fetch.Spark(new(url)), query, int.Parse(rounds), CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Dart.Lake.Bench fill BROKERS FOLDER N | run BROKERS FOLDER N consume|decode|parquet|commit | commits N FOLDER RESULT | day DARTLAKE FOLDER RESULT TRADES MEMORY | catalogs DARTLAKE FOLDER RESULT N | shared-day DARTLAKE FOLDER RESULT TRADES | trino URL ENCODING QUERY ROUNDS | spark URL QUERY ROUNDS");
    return 2;
}
