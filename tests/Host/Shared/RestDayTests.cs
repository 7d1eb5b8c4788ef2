using System.Text.RegularExpressions;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>A day on a lake whose tables a REST catalog names, ours before Postgres and S3, beside the same day in a folder.</summary>
[Collection("the demo day")]
public sealed class RestDayTests(DemoDay day)
{
    const string Token = "the-lakes-own-token";
    static readonly TimeSpan limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task The_marts_of_a_served_lake_are_those_of_a_folder_and_another_machine_proves_them()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var servers = await SharedServers.StartAsync(cancel);
        day.Run.Exits(0);
        using var folder = new TempFolder();
        (await servers.TypeAsync(limit, "migrate", "--data-dir", folder["server"])).Exits(0);
        var served = new Dictionary<string, string>(servers.Settings, StringComparer.Ordinal) { ["DARTLAKE__Serve__LakeToken"] = Token };
        using var server = Exe.Start(served, ["serve", "--port", "0", "--data-dir", folder["server"]]);
        try
        {
            var url = Regex.Match((await server.StandardOutput.ReadLineAsync(cancel))!, "http://[0-9.:]+").Value;
            var client = Client(servers, url);
            var refused = await TypeAsync(new(client) { ["DARTLAKE__Rest__Token"] = "" }, "demo", "--trades", "500", "--data-dir", folder["other"]);
            refused.Exits(2);
            foreach (var said in new[] { "the lake's own tables", "DARTLAKE__Rest__Token", "DARTLAKE__Serve__LakeToken" })
                Assert.Contains(said, refused.Error, StringComparison.Ordinal);
            (await TypeAsync(client, "demo", "--trades", $"{DemoDay.Trades}", "--json", "--data-dir", folder.Path)).Exits(0);
            Gold.AssertSame(await Gold.ExportAsync(day.DataDir), await Gold.ExportAsync(servers.Place(folder["server"])));
            // a machine that has nothing but the settings: its ledger is made from the tables
            (await TypeAsync(client, "verify", "--data-dir", folder["third"])).Exits(0);
            (await TypeAsync(client, "table", "ls", "--data-dir", folder["third"])).Exits(0);
            (await TypeAsync(client, "eod", "--date", "2026-09-22", "--data-dir", folder["third"])).Exits(0);
            Assert.Contains(
                "nothing to do",
                (await TypeAsync(client, "runs", "ls", "--json", "--data-dir", folder["third"])).Exits(0).Out,
                StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task A_day_on_the_iceberg_projects_own_server_is_proven_and_found_again_by_a_machine_without_a_ledger()
    {
        await using var server = await ReferenceCatalog.StartAsync(TestContext.Current.CancellationToken);
        using var folder = new TempFolder();
        var settings = new Dictionary<string, string>
        {
            ["DARTLAKE__Rest__Url"] = server.Url.AbsoluteUri,
            ["DARTLAKE__Lake__Location"] = folder["lake"],
        };
        (await TypeAsync(settings, "demo", "--trades", "1000", "--json", "--data-dir", folder.Path)).Exits(0);
        (await TypeAsync(settings, "reconcile", "--date", "2026-09-22", "--data-dir", folder["sim"])).Exits(0);
        (await TypeAsync(settings, "verify", "--data-dir", folder["third"])).Exits(0);
        (await TypeAsync(settings, "eod", "--date", "2026-09-22", "--data-dir", folder["third"])).Exits(0);
        Assert.Contains(
            "nothing to do", (await TypeAsync(settings, "runs", "ls", "--json", "--data-dir", folder["third"])).Exits(0).Out, StringComparison.Ordinal);
        foreach (var line in new[] { "lake backup " + folder["backup"], "lake relocate", "lake copy --to " + folder["copy"], "table orphans", "serve" })
        {
            var refused = (await TypeAsync(settings, [.. line.Split(' '), "--data-dir", folder["sim"]])).Exits(2);
            Assert.Single(refused.Error.Trim().Split('\n'));
        }
    }

    static Dictionary<string, string> Client(SharedServers servers, string url)
    {
        var settings = new Dictionary<string, string>(servers.Settings, StringComparer.Ordinal)
        {
            ["DARTLAKE__Rest__Url"] = url,
            ["DARTLAKE__Rest__Token"] = Token,
        };
        settings.Remove("DARTLAKE__Lake__Catalog");
        return settings;
    }

    static async Task<Exe.Result> TypeAsync(Dictionary<string, string> settings, params IEnumerable<string> line)
    {
        using var process = Exe.Start(settings, line);
        return await Exe.EndAsync(process, DemoDay.Limit);
    }
}
