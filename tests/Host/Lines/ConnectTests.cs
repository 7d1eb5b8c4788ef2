using System.Text.Json;
using System.Text.RegularExpressions;
using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>What docs/connect.md tells to write into files and to type gives the rows of <c>dartlake sql</c> in every engine.</summary>
[Collection(SmallLakeTests.Name)]
public sealed partial class ConnectTests(SmallLake lake)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "connect.md"));

    [GeneratedRegex(@"^```(?<kind>[a-z]+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    /// <summary>The block of a kind in the section of an engine, with this lake's place in it.</summary>
    string Block(string engine, string kind) =>
        Fence().Matches(Page.Split($"## {engine}\n")[1].Split("\n## ")[0]).Single(m => m.Groups["kind"].Value == kind)
            .Groups["text"].Value.Replace("/srv/lake/sim", lake.DataDir, StringComparison.Ordinal).Trim();

    /// <summary>Account and total, a line each, as the page's own line prints them.</summary>
    async Task<IReadOnlyList<string>> OursAsync()
    {
        var line = Checkout.Commands(Page, "dartlake").First(line => line.Contains(" --as-of ", StringComparison.Ordinal));
        var rows = JsonDocument.Parse((await lake.TypeAsync($"{line} --json")).Exits(0).Out).RootElement.EnumerateArray().ToList();
        Assert.Equal(20, rows.Count);
        return [.. rows.Select(row => $"{row.GetProperty("account")} {row.GetProperty("total_day")}")];
    }

    async Task<IReadOnlyList<string>> PythonAsync(string engine, string environment)
    {
        lake.Demo.Exits(0);
        var script = $"connect-{engine}.py";
        await File.WriteAllTextAsync(Path.Combine(lake.Folder, script), Block(engine, "python"));
        var pyIceberg = Shared.Path("engines", "pyiceberg");
        var line = $"{environment} {ShellWord.Quoted(pyIceberg)} python {script}";
        return (await Shell.TypeAsync(lake.Folder, line, Limit)).Exits(0).Out.TrimEnd('\n').Split('\n');
    }

    [Fact]
    public async Task PyIceberg_reads_the_tag() => Assert.Equal(await OursAsync(), await PythonAsync("PyIceberg", ""));

    [Fact]
    public async Task A_DuckDB_of_ones_own_reads_the_tag()
    {
        // the package of dbt brings a DuckDB for Python along
        var dbt = Shared.Path("engines", "dbt");
        var probe = Path.Combine(lake.Folder, "where.py");
        await File.WriteAllTextAsync(probe, "import duckdb, os; print(os.path.dirname(os.path.dirname(duckdb.__file__)))");
        var site = (await Shell.TypeAsync(lake.Folder, $"{ShellWord.Quoted(dbt)} python where.py", Limit)).Exits(0).Out.Trim();
        Assert.Equal(await OursAsync(), await PythonAsync("DuckDB", $"PYTHONPATH={ShellWord.Quoted(site)}"));
    }

    [Fact]
    public async Task Spark_reads_the_tag()
    {
        var spark = Shared.Path("engines", "spark");
        var ours = await OursAsync();
        using var folder = new TempFolder();
        // the script's own catalog leads nowhere: what is read is read by the page's settings
        var output = await Tool.RunAsync(spark, ["sql", folder.Path, Block("Spark", "sql")], new Dictionary<string, string>
        {
            ["LAKE_CATALOG_TYPE"] = "jdbc",
            ["LAKE_JDBC_URL"] = $"jdbc:sqlite:{folder["none.db"]}",
            ["LAKE_WAREHOUSE"] = folder["unused"],
            ["SPARK_EXTRA_CONF"] = Block("Spark", "properties"),
        });
        Assert.Equal(ours, output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => $"{row.GetProperty("account")} {row.GetProperty("total_day")}"));
    }

    [Fact]
    public async Task Spark_Connect_is_asked_for_the_tag()
    {
        var spark = Shared.Path("engines", "spark");
        var ours = await OursAsync();
        using var folder = new TempFolder();
        var port = $"{FreePort.Next()}";
        try
        {
            // a server that stays holds the pipes of who has started it, so its words go to a file
            var settings = $"SPARK_PORT={port} LAKE_CATALOG_TYPE=jdbc LAKE_JDBC_URL=jdbc:sqlite:{folder["none.db"]}"
                + $" SPARK_EXTRA_CONF={ShellWord.Quoted(Block("Spark", "properties"))}";
            var start = $"{settings} {ShellWord.Quoted(spark)} start {folder["spark"]} >start.log 2>&1 || {{ cat start.log; exit 1; }}";
            (await Shell.TypeAsync(folder.Path, start, Limit)).Exits(0);
            var typed = Block("Spark", "sh").Replace("15002", port, StringComparison.Ordinal);
            var rows = JsonDocument.Parse((await lake.TypeAsync($"{typed} --json")).Exits(0).Out).RootElement.EnumerateArray();
            Assert.Equal(ours, rows.Select(row => $"{row.GetProperty("account")} {row.GetProperty("total_day")}"));
        }
        finally
        {
            await Tool.RunAsync(spark, ["stop", folder["spark"]]);
        }
    }

    [Fact]
    public async Task Trino_reads_the_tag()
    {
        var trino = Shared.Path("engines", "trino");
        Assert.SkipUnless(Directory.Exists("/usr/lib/jvm") && Directory.EnumerateDirectories("/usr/lib/jvm", "*25*").Any(), "needs a Java 25 in /usr/lib/jvm, for Trino");
        var ours = await OursAsync();
        using var folder = new TempFolder();
        var environment = new Dictionary<string, string>
        {
            ["TRINO_PORT"] = $"{FreePort.Next()}",
            ["TRINO_TIER"] = "1",
            ["LAKE_CATALOG_TYPE"] = "jdbc",
            ["LAKE_JDBC_URL"] = $"jdbc:sqlite:{folder["none.db"]}",
            ["LAKE_WAREHOUSE"] = folder["unused"],
            ["LAKE_EXTRA"] = Block("Trino", "properties"),
        };
        try
        {
            // a server that stays holds the pipes of who has started it, so its words go to a file
            var settings = string.Join(' ', environment.Select(pair => $"{pair.Key}={ShellWord.Quoted(pair.Value)}"));
            var start = $"{settings} {ShellWord.Quoted(trino)} start {folder["trino"]} >start.log 2>&1 || {{ cat start.log; exit 1; }}";
            (await Shell.TypeAsync(folder.Path, start, Limit)).Exits(0);
            var output = await Tool.RunAsync(trino, ["sql", folder["trino"], Block("Trino", "sql")]);
            Assert.Equal(ours, output.TrimEnd('\n').Split('\n').Skip(1).Select(line => line.Replace('\t', ' ')));
            var client = Block("Trino", "python").Replace("8080", environment["TRINO_PORT"], StringComparison.Ordinal);
            await File.WriteAllTextAsync(folder["client.py"], client);
            var python = await Tool.RunAsync(Shared.Path("engines", "dbt"), ["python", folder["client.py"]]);
            Assert.Equal(ours, python.TrimEnd('\n').Split('\n'));
            var typed = Block("Trino", "sh").Replace("8080", environment["TRINO_PORT"], StringComparison.Ordinal);
            var rows = JsonDocument.Parse((await lake.TypeAsync($"{typed} --json")).Exits(0).Out).RootElement.EnumerateArray();
            Assert.Equal(ours, rows.Select(row => $"{row.GetProperty("account")} {row.GetProperty("total_day")}"));
        }
        finally
        {
            await Tool.RunAsync(trino, ["stop", folder["trino"]]);
        }
    }
}
