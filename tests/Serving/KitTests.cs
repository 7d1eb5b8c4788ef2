namespace Dart.Lake.Serving.Tests;

/// <summary>The Iceberg project's own compatibility kit.</summary>
public sealed class KitTests
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(10);

    /// <summary>
    /// It puts tables below /tmp on its own, so the server is told that they may lie there, and the kit that namespaces are made first.
    /// What it skips: names with dots, a namespace without a level, and what it has no switch for (the reference server skips one more,
    /// since it makes namespaces by itself).
    /// </summary>
    [Fact]
    public async Task The_compatibility_kit_finds_no_fault()
    {
        var kit = Shared.Path("engines", "iceberg-rck");
        await using var world = await ServedWorld.StartAsync(null, Path.GetTempPath());
        var (code, output) = await Engine.RunAsync(limit, kit, world.Url, "-Drck.requires-namespace-create=true");
        var failed = output.Split('\n').Where(line => line.StartsWith("FAIL", StringComparison.Ordinal));
        Assert.True(code == 0, $"{string.Join('\n', failed)}\n{output[Math.Max(0, output.Length - 2000)..]}");
        var result = output.Split('\n').Last(line => line.StartsWith("RESULT", StringComparison.Ordinal));
        Assert.Equal("RESULT passed=145 failed=0 skipped=12", result.Trim());
    }
}
