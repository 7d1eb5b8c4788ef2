using Dart.Lake.Bench;

// fill BROKERS FOLDER N           sends N quotes to 8 partitions and registers their schema in FOLDER
// run  BROKERS FOLDER N STAGE     reads them up to STAGE (consume, decode, parquet, commit) and prints one line of JSON
// commits N FOLDER RESULT         a day of N commits in FOLDER, its planning and compaction; the page goes to RESULT
// day DARTLAKE FOLDER RESULT TRADES MEMORY   the demo of TRADES in FOLDER with MEMORY MiB for queries (0: default), and DuckDB alone
return args switch
{
    ["fill", var brokers, var folder, var count] => await Quotes.FillAsync(brokers, folder, int.Parse(count)),
    ["run", var brokers, var folder, var count, var stage] => await Stages.RunAsync(brokers, folder, int.Parse(count), stage),
    ["commits", var count, var folder, var result] => await Commits.RunAsync(int.Parse(count), folder, result, CancellationToken.None),
    ["day", var dartlake, var folder, var result, var trades, var memory] =>
        await Day.RunAsync(dartlake, folder, result, int.Parse(trades), long.Parse(memory), CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Dart.Lake.Bench fill BROKERS FOLDER N | run BROKERS FOLDER N consume|decode|parquet|commit | commits N FOLDER RESULT | day DARTLAKE FOLDER RESULT TRADES MEMORY");
    return 2;
}
