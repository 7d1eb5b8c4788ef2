using Microsoft.Data.Sqlite;

namespace Dart.Lake.Host.Tests;

/// <summary>What a user gets wrong: one line on stderr that says what to do, and the right exit code.</summary>
[Collection("the demo day")]
public sealed class BadInputTests(DemoDay day)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("'--foo' is not known here; see 'dartlake table ls --help'", "table", "ls", "--foo")]
    [InlineData("--date wants a date such as 2026-09-21, not '2020'", "eod", "--date", "2020")]
    [InlineData("there is no lake in", "table", "ls", "--data-dir", "/nonexistent/lake")]
    [InlineData("produce sim needs a Kafka: type", "produce", "sim")]
    [InlineData("stream hot needs a Redis", "stream", "hot", "--brokers", "127.0.0.1:1")]
    [InlineData("--market lean needs --lean-dir", "demo", "--market", "lean")]
    public async Task Wrong_usage_ends_with_2_and_one_line(string says, params string[] arguments) =>
        OneLine((await Exe.RunAsync(Limit, arguments)).Exits(2), says);

    [Fact]
    public async Task No_Redis_at_the_address_ends_the_demo_before_anything_is_sent()
    {
        using var folder = new TempFolder();
        var result = (await Exe.RunAsync(Limit, "demo", "--trades", "2000", "--redis", "127.0.0.1:1", "--data-dir", folder.Path)).Exits(1);
        OneLine(result, "127.0.0.1:1");
        Assert.False(Directory.Exists(Path.Combine(folder["sim"], "manifest")));
    }

    [Fact]
    public async Task No_Kafka_at_the_address_is_named()
    {
        using var folder = new TempFolder();
        OneLine((await Exe.RunAsync(Limit, "produce", "sim", "--trades", "2000", "--brokers", "127.0.0.1:1", "--data-dir", folder.Path)).Exits(1), "127.0.0.1:1");
    }

    [Fact]
    public async Task An_unknown_table_is_named()
    {
        day.Run.Exits(0);
        OneLine((await Exe.RunAsync(Limit, "sql", "select * from gold.daily_pnll", "--data-dir", day.DataDir)).Exits(2), "daily_pnl");
        OneLine((await Exe.RunAsync(Limit, "table", "show", "gold.nothing", "--data-dir", day.DataDir)).Exits(2), "gold.nothing");
    }

    [Fact]
    public async Task A_data_folder_of_a_newer_version_is_refused()
    {
        day.Run.Exits(0);
        using var folder = new TempFolder();
        File.Copy(Path.Combine(day.DataDir, "catalog.db"), folder["catalog.db"]);
        await using (var connection = new SqliteConnection($"Data Source={folder["catalog.db"]};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE lake_meta SET value = '999' WHERE key LIKE '%version%'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }
        OneLine((await Exe.RunAsync(Limit, "table", "ls", "--data-dir", folder.Path)).Exits(2), "999");
    }

    [Theory]
    [InlineData("*.parquet")]
    [InlineData("*.metadata.json")]
    public async Task A_cut_off_file_is_named(string pattern)
    {
        day.Run.Exits(0);
        var table = Path.Combine(day.DataDir, "warehouse", "gold", "risk_metrics");
        var file = new DirectoryInfo(table).EnumerateFiles(pattern, SearchOption.AllDirectories).OrderBy(f => f.LastWriteTimeUtc).ThenBy(f => f.Name, StringComparer.Ordinal).Last();
        var whole = await File.ReadAllBytesAsync(file.FullName);
        await File.WriteAllBytesAsync(file.FullName, whole[..(whole.Length / 2)]);
        try
        {
            OneLine((await Exe.RunAsync(Limit, "sql", "select * from gold.risk_metrics", "--data-dir", day.DataDir)).Exits(1), file.Name);
        }
        finally
        {
            await File.WriteAllBytesAsync(file.FullName, whole);
        }
    }

    static void OneLine(Exe.Result result, string says)
    {
        Assert.Single(result.Error.Trim().Split('\n'));
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.StartsWith("dartlake: ", result.Error, StringComparison.Ordinal);
    }
}
