using System.Net;
using System.Net.Sockets;
using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>Whatever is wrong: one line on stderr that says what to do, the right exit code, and nothing changed.</summary>
public class BadInputTests
{
    [Theory]
    [InlineData("sql", "select 1")]
    [InlineData("table", "ls")]
    [InlineData("verify")]
    [InlineData("reconcile", "--date", "2026-09-22")]
    public async Task A_folder_without_a_lake_is_not_made_into_one(params string[] arguments)
    {
        using var folder = new TempFolder();
        await FailsAsync(2, [.. arguments, "--data-dir", folder["none"]], "none", "--data-dir");
        Assert.False(Directory.Exists(folder["none"]));
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_answered_with_those_that_are()
    {
        using var lake = await HolesLake.MakeAsync();
        await FailsAsync(2, ["sql", "select * from ops.log_hole", "--data-dir", lake.DataDir], "ops.log_hole", "ops.log_holes");
        await FailsAsync(2, ["table", "show", "ops.log_hole", "--data-dir", lake.DataDir], "ops.log_hole");
        await FailsAsync(2, ["verify", "bronze.nothing", "--data-dir", lake.DataDir], "bronze.nothing");
    }

    [Fact]
    public async Task A_statement_that_changes_something_is_refused()
    {
        using var lake = await HolesLake.MakeAsync();
        await FailsAsync(2, ["sql", "delete from ops.log_holes", "--data-dir", lake.DataDir], "SELECT");
    }

    [Fact]
    public async Task A_data_folder_of_a_newer_version_is_left_alone()
    {
        using var lake = await HolesLake.MakeAsync();
        await lake.SaveVersionAsync("99");
        await FailsAsync(2, ["table", "ls", "--data-dir", lake.DataDir], "99", "upgrade");
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    public async Task A_data_file_that_is_cut_off_is_named(double part)
    {
        using var lake = await HolesLake.MakeAsync();
        Cut(lake.DataFile, part);
        await FailsAsync(1, ["sql", "select sum(from_offset) from ops.log_holes", "--data-dir", lake.DataDir], Path.GetFileName(lake.DataFile));
        await FailsAsync(1, ["verify", "--data-dir", lake.DataDir], Path.GetFileName(lake.DataFile));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    public async Task A_metadata_file_that_is_cut_off_is_named(double part)
    {
        using var lake = await HolesLake.MakeAsync();
        Cut(lake.MetadataFile, part);
        await FailsAsync(1, ["sql", "select * from ops.log_holes", "--data-dir", lake.DataDir], Path.GetFileName(lake.MetadataFile));
        await FailsAsync(1, ["verify", "--data-dir", lake.DataDir], Path.GetFileName(lake.MetadataFile));
    }

    [Fact]
    public async Task A_stream_without_a_broker_is_told_the_line_to_type()
    {
        using var folder = new TempFolder();
        await FailsAsync(2, ["stream", "bronze", "--data-dir", folder["lake"]], "--brokers");
        await FailsAsync(2, ["produce", "sim", "--data-dir", folder["lake"]], "--brokers");
    }

    [Fact]
    public async Task What_a_verb_lacks_is_said_with_the_flag_that_brings_it()
    {
        await FailsAsync(2, ["stream", "hot", "--brokers", "127.0.0.1:9"], "needs a Redis", "--redis");
        await FailsAsync(2, ["demo", "--market", "lean"], "--lean-dir");
        await FailsAsync(2, ["demo", "--market", "lean", "--lean-dir", "lean"], "--date");
    }

    [Fact]
    public async Task No_Redis_at_the_address_ends_the_demo_before_anything_is_sent()
    {
        using var folder = new TempFolder();
        var address = $"127.0.0.1:{FreePort.Next()}";
        await FailsAsync(1, ["demo", "--trades", "2000", "--redis", address, "--data-dir", folder.Path], "no Redis at", address);
        Assert.False(Directory.Exists(Path.Combine(folder["sim"], "manifest")));
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_named()
    {
        using var folder = new TempFolder();
        var address = $"127.0.0.1:{FreePort.Next()}";
        await FailsAsync(1, ["stream", "bronze", "--brokers", address, "--data-dir", folder["lake"]], address);
        await FailsAsync(1, ["produce", "sim", "--trades", "2000", "--brokers", address, "--data-dir", folder["lake"]], address);
    }

    [Theory]
    [InlineData("security.protokoll=SSL")]
    [InlineData("security.protocol=FOO")]
    [InlineData("security.protocol=")]
    [InlineData("client.dns.lookup=zz")]
    [InlineData("session.timeout.ms=abc")]
    [InlineData("session.timeout.ms=-1")]
    [InlineData("ssl.endpoint.identification.algorithm=zz")]
    public async Task A_client_setting_that_librdkafka_does_not_take_is_named(string setting)
    {
        using var folder = new TempFolder();
        string[][] verbs = [["stream", "bronze"], ["produce", "sim"]];
        // a producer has no session
        foreach (var verb in setting.StartsWith("session", StringComparison.Ordinal) ? verbs[..1] : verbs)
            await FailsAsync(
                2, [.. verb, "--brokers", "127.0.0.1:9", "--kafka", setting, "--data-dir", folder["lake"]], setting.Split('=')[0]);
    }

    /// <summary>What listens may be anything: a Kafka and a Redis answer in their own protocols.</summary>
    [Fact]
    public async Task A_port_that_accepts_and_says_nothing_is_no_Kafka_and_no_Redis_for_doctor()
    {
        using var folder = new TempFolder();
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var address = $"127.0.0.1:{((IPEndPoint)mute.LocalEndpoint).Port}";
        await FailsAsync(1, ["doctor", "--brokers", address, "--data-dir", folder["lake"]], "no Kafka answers", address);
        await FailsAsync(1, ["doctor", "--redis", address, "--data-dir", folder["lake"]], "no Redis at", address);
    }

    static void Cut(string path, double part)
    {
        using var file = File.OpenWrite(path);
        file.SetLength((long)(file.Length * part));
    }
}
