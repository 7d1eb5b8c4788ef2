using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>Exit code 2 is of the words of a line, 1 of what ran: also where a query meets a value that it cannot take.</summary>
public sealed class ValuesTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, "select 'x'::int")]
    [InlineData(1, "select v::int from (values ('1'), ('x')) t(v)")]
    [InlineData(1, "select 99999999999999999999999999999999999999::decimal(38, 0) * 10")]
    [InlineData(1, "select error('no')")]
    [InlineData(2, "select")]
    [InlineData(2, "select nonsense")]
    [InlineData(2, "select nonsense(1)")]
    [InlineData(2, "select * from nonsense")]
    public async Task A_query_fails_by_its_words_or_by_its_values(int code, string sql)
    {
        await LakeAsync();
        await FailsAsync(code, ["sql", sql, "--data-dir", folder["data"]]);
    }

    /// <summary>A proof of nothing says so.</summary>
    [Fact]
    public async Task A_lake_without_a_record_has_nothing_to_prove()
    {
        await LakeAsync();
        var run = (await Exe.RunAsync(TimeSpan.FromMinutes(1), "verify", "--data-dir", folder["data"])).Exits(0);
        Assert.Contains("there is nothing to prove", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("every offset once", run.Out, StringComparison.Ordinal);
    }

    async Task LakeAsync()
    {
        await using var lake = await Dart.Lake.Lake.OpenAsync(
            folder["data"], TimeProvider.System, IdSource.System, TestContext.Current.CancellationToken);
    }
}
