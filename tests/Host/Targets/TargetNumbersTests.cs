using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Host.Tests.SharedLakes;
using Dart.Lake.Host.Tests.Streams;

namespace Dart.Lake.Host.Tests.Targets;

/// <summary>
/// The shared plans of numbers, whose right values others have worked out by hand, with models built by a real Trino and a real Spark.
/// </summary>
public sealed class TargetNumbersTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static readonly string[] plans = ["book", "ended_record", "late_reference", "missing_fixing", "off_market", "skipped_day"];

    public static TheoryData<string, string> Plans
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var engine in new[] { "trino", "spark" })
                foreach (var plan in plans)
                    all.Add(engine, plan);
            return all;
        }
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Plans))]
    public async Task A_plan_of_numbers_gives_its_values(string engine, string plan)
    {
        await using var servers = await SharedServers.StartAsync(Cancel);
        using var folder = new TempFolder();
        (await servers.TypeAsync(TimeSpan.FromMinutes(1), "migrate", "--data-dir", folder["migrated"])).Exits(0);
        var settings = servers.Settings;
        settings["DARTLAKE__Targets__Silver"] = settings["DARTLAKE__Targets__Gold"] = engine;
        if (engine == "trino")
        {
            await using var trino = await TrinoServer.StartAsync(folder["trino"], servers.Jdbc);
            settings["DARTLAKE__Trino__Url"] = $"{trino.Url}";
            await Cases.RunAsync(folder, "numbers", settings, plan);
        }
        else
        {
            await using var spark = await SparkServer.StartAsync(folder["spark"], servers.Jdbc);
            settings["DARTLAKE__Spark__Url"] = $"{spark.Url}";
            await Cases.RunAsync(folder, "numbers", settings, plan);
        }
    }
}
