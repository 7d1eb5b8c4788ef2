using System.Text.Json;
using Dart.Lake.Host.Tests.Judges;

namespace Dart.Lake.Host.Tests.Days;

/// <summary>
/// Real ticks: every row of silver and gold of the LEAN days at hand is computed again from bronze. Ticks of a whole market take the
/// judge minutes, so that two of the four days run at full size only; of the others one is a half day, and one has options.
/// </summary>
public sealed class LeanDaysTests
{
    static readonly string[] small = ["2015-12-24", "2023-08-03"], full = [.. small, "2013-10-07 2013-10-08"];

    static readonly JsonSerializerOptions snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static TheoryData<string> Lakes => [.. Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full" ? full : small];

    [Theory, MemberData(nameof(Lakes))]
    public async Task Every_row_of_real_days_is_computed_again(string days)
    {
        using var folder = new TempFolder();
        foreach (var day in days.Split(' '))
            (await Exe.RunAsync(TimeSpan.FromMinutes(5),
                "demo", "--market", "lean", "--lean-dir", Shared.Path("data", "lean"), "--date", day, "--data-dir", folder.Path)).Exits(0);
        var lake = folder["lean"];
        var listed = await Exe.RunAsync(TimeSpan.FromMinutes(1), "runs", "ls", "--json", "--data-dir", lake);
        using var runs = JsonDocument.Parse(listed.Exits(0).Out);
        await File.WriteAllTextAsync(folder["runs.json"], JsonSerializer.Serialize(
            runs.RootElement.EnumerateArray().Select(Published).OrderBy(run => run.Last, StringComparer.Ordinal), snake));
        await NumbersJudge.ChainAsync(lake, folder["runs.json"]);
    }

    static JudgedRun Published(JsonElement run)
    {
        Assert.Equal("succeeded", run.GetProperty("status").GetString());
        var day = run.GetProperty("trade_date").GetString()!;
        return new(run.GetProperty("run").GetString()!, day, [new(day, $"eod-{day}", IsRestated: false)]);
    }
}
