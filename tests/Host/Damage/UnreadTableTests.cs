using System.Text.Json;
using Dart.Lake.Host.Tests.Lines;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Host.Tests.Damage;

/// <summary>
/// A table of a demo's lake that cannot be read does not stop <c>reconcile</c>: it tells what it goes without, and fails.
/// </summary>
[Collection(SmallLakeTests.Name)]
public sealed class UnreadTableTests(SmallLake lake)
{
    [Theory]
    [InlineData("bronze.permit", "trades_raw")]
    [InlineData("bronze.dead_letters", "trade rows")]
    [InlineData("ops.log_holes", "trade rows")]
    [InlineData("ops.hot_close", null)]
    [InlineData("gold.reconciliation", "trade rows")]
    public async Task Reconcile_goes_on_with_the_others_and_names_it(string table, string? stillCompared)
    {
        var file = await MetadataAsync(table);
        File.Move(file, file + ".away");
        try
        {
            var run = (await RunAsync("reconcile", "--date", SmallLake.Date, "--json")).Exits(1);
            Assert.Contains($"left out: {table} cannot be read", run.Error, StringComparison.Ordinal);
            // a published table that is not there is a difference too
            if (!table.StartsWith("gold.", StringComparison.Ordinal))
                Assert.DoesNotContain("differences", run.Error, StringComparison.Ordinal);
            using var report = JsonDocument.Parse(run.Out);
            Assert.False(report.RootElement.GetProperty("ok").GetBoolean());
            var lines = report.RootElement.GetProperty("lines").EnumerateArray().ToList();
            Assert.Contains(lines, line => Is(line, "is_unread") && Has(line, "says", table));
            Assert.Contains(lines, line => Is(line, "is_compared") && Is(line, "ok")
                && (stillCompared is null || Has(line, "check", stillCompared) || Has(line, "subject", stillCompared)));
        }
        finally
        {
            File.Move(file + ".away", file);
        }
        (await RunAsync("reconcile", "--date", SmallLake.Date)).Exits(0);
    }

    /// <summary>A day without one of its tables is not the day.</summary>
    [Fact]
    public async Task An_export_of_a_day_ends_and_names_it()
    {
        using var folder = new TempFolder();
        var file = await MetadataAsync("gold.daily_pnl");
        File.Move(file, file + ".away");
        try
        {
            var run = (await RunAsync("dbt", "export", folder["out"], "--date", SmallLake.Date)).Exits(1);
            Assert.Contains("gold.daily_pnl cannot be read", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Move(file + ".away", file);
        }
    }

    static bool Is(JsonElement line, string property) => line.GetProperty(property).GetBoolean();

    static bool Has(JsonElement line, string property, string word) =>
        line.GetProperty(property).GetString()!.Contains(word, StringComparison.Ordinal);

    Task<Exe.Result> RunAsync(params IEnumerable<string> arguments) =>
        Exe.RunAsync(TimeSpan.FromMinutes(2), [.. arguments, "--data-dir", lake.DataDir]);

    async Task<string> MetadataAsync(string table)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var opened = await Dart.Lake.Lake.OpenAsync(lake.DataDir, TimeProvider.System, IdSource.System, cancel);
        return FileLocation.ToPath((await opened.Catalog.TryLoadAsync(TableIdent.Parse(table), cancel))!.MetadataLocation);
    }
}
