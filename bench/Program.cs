using Dart.Lake.Bench;

// fill BROKERS FOLDER N           sends N quotes to 8 partitions and registers their schema in FOLDER
// run  BROKERS FOLDER N STAGE     reads them up to STAGE (consume, decode, parquet, commit) and prints one line of JSON
return args switch
{
    ["fill", var brokers, var folder, var count] => await Quotes.FillAsync(brokers, folder, int.Parse(count)),
    ["run", var brokers, var folder, var count, var stage] => await Stages.RunAsync(brokers, folder, int.Parse(count), stage),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Dart.Lake.Bench fill BROKERS FOLDER N | run BROKERS FOLDER N consume|decode|parquet|commit");
    return 2;
}
