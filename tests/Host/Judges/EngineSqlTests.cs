using System.Diagnostics;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary><c>dartlake sql --engine</c> before a real engine, as people type it.</summary>
/// <param name="engine">As the settings' section has it: Spark, Trino.</param>
/// <param name="form">A URL of it, as messages show one.</param>
/// <param name="secret">The setting of a secret.</param>
public abstract class EngineSqlTests(string engine, string form, string secret)
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);

    readonly string flag = engine.ToLowerInvariant(), scheme = form.Split(':')[0];

    /// <summary>The lake's.</summary>
    protected abstract string DataDir { get; }

    /// <summary>Of the server.</summary>
    protected abstract Task<Uri> UrlAsync();

    /// <summary>Runs a statement as it is.</summary>
    protected abstract Task ExecuteAsync(string sql);

    /// <summary>Whether the engine works on a statement that ends with a remark of this text.</summary>
    protected abstract Task<bool> RunsAsync(string text);

    async Task<Process> StartAsync(string sql, params string[] flags)
    {
        var environment = new Dictionary<string, string> { [Setting("Url")] = (await UrlAsync()).ToString() };
        return Exe.Start(environment, ["sql", sql, .. flags, "--data-dir", DataDir]);
    }

    string Setting(string name) => $"DARTLAKE__{engine}__{name}";

    async Task<Exe.Result> RunAsync(string sql, params string[] flags)
    {
        using var process = await StartAsync(sql, flags);
        return await Exe.EndAsync(process, limit);
    }

    Task<Exe.Result> AskAsync(string sql, params string[] flags) => RunAsync(sql, ["--engine", flag, .. flags]);

    static string OneLine(Exe.Result refused) => Assert.Single(refused.Error.TrimEnd('\n').Split('\n'));

    [Theory]
    [InlineData("--format", "csv")]
    [InlineData("--format", "table")]
    [InlineData("--json")]
    [InlineData("--format", "csv", "--as-of", ConformanceLake.Tag)]
    public async Task Both_engines_print_the_same(params string[] flags)
    {
        const string sql = "SELECT * FROM silver.kinds WHERE id < 6 ORDER BY id";
        var ours = (await RunAsync(sql, flags)).Exits(0);
        // one that takes its time says how far it is
        Assert.Equal(ours.Out, (await AskAsync(sql, flags)).Exits(0).Out);
        Assert.Contains("naïve", ours.Out, StringComparison.Ordinal);
    }

    /// <summary>A refusal is one line on stderr with these words, nothing on stdout, and exit code 2.</summary>
    protected async Task RefusesAsync(string sql, string says)
    {
        var refused = (await AskAsync(sql)).Exits(2);
        Assert.Contains(says, OneLine(refused), StringComparison.Ordinal);
        Assert.Empty(refused.Out);
    }

    /// <summary>So is that of what has no earlier state, with what to write.</summary>
    /// <param name="view">A statement that makes a view.</param>
    /// <param name="sql">What is asked.</param>
    /// <param name="says">Words of the refusal.</param>
    protected async Task RefusesAsOfAsync(string view, string sql, string says)
    {
        await ExecuteAsync(view);
        var line = OneLine((await AskAsync(sql, "--as-of", ConformanceLake.Tag)).Exits(2));
        Assert.Contains(says, line, StringComparison.Ordinal);
        Assert.Contains("--as-of", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_query_in_the_engine_which_was_told_how_far_it_is()
    {
        using var process = await StartAsync(
            "SELECT count(*) FROM silver.many a JOIN silver.many b ON a.id * 3 + b.id > a.id - 1 AND a.name <> b.name -- stopped", "--engine", flag);
        while (await process.StandardError.ReadLineAsync() is { } line && !line.Contains("% of the query done", StringComparison.Ordinal))
            Assert.False(line.Length > 0, line);
        Assert.True(await RunsAsync("stopped"));
        var began = Stopwatch.GetTimestamp();
        await Tool.RunAsync("/bin/kill", ["-INT", $"{process.Id}"]);
        var end = (await Exe.EndAsync(process, limit)).Exits(1);
        Assert.Contains("stopped before it was done", end.Error, StringComparison.Ordinal);
        Assert.False(await RunsAsync("stopped"));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task One_that_is_not_there_is_told_with_what_to_set()
    {
        string[] line = ["sql", "SELECT 1", "--engine", flag, "--data-dir", DataDir];
        var unnamed = (await Exe.RunAsync(limit, line)).Exits(2);
        Assert.Contains($"{Setting("Url")}={form}", unnamed.Error, StringComparison.Ordinal);
        using var gone = Exe.Start(new Dictionary<string, string>
        {
            [Setting("Url")] = $"{scheme}://127.0.0.1:{FreePort.Next()}",
            [Setting("PatienceSeconds")] = "1",
        }, line);
        var away = (await Exe.EndAsync(gone, limit)).Exits(1);
        Assert.Contains("does not answer", OneLine(away), StringComparison.Ordinal);
        // a secret in the clear is refused, and told nowhere
        using var open = Exe.Start(new Dictionary<string, string> { [Setting("Url")] = $"{scheme}://db.firm:8080", [Setting(secret)] = "geheim" }, line);
        var refused = (await Exe.EndAsync(open, limit)).Exits(2);
        Assert.Contains("use https", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", refused.Error, StringComparison.Ordinal);
    }
}
