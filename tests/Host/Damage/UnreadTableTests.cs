using System.Text.Json;
using Dart.Lake.Host.Tests.Lines;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Host.Tests.Damage;

/// <summary>A table of a demo's lake that cannot be read does not stop <c>reconcile</c>: it tells what it goes without, and fails.</summary>
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
            var run = (await Exe.RunAsync(TimeSpan.FromMinutes(2), "reconcile", "--date", SmallLake.Date, "--json", "--data-dir", lake.DataDir)).Exits(1);
            Assert.Contains($"left out: {table} cannot be read", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("differences", run.Error, StringComparison.Ordinal);
            using var report = JsonDocument.Parse(run.Out);
            Assert.False(report.RootElement.GetProperty("ok").GetBoolean());
            var lines = report.RootElement.GetProperty("lines").EnumerateArray().ToList();
            Assert.Contains(lines, line => line.GetProperty("isUnread").GetBoolean() && line.GetProperty("says").GetString()!.Contains(table, StringComparison.Ordinal));
            Assert.Contains(lines, line => line.GetProperty("isCompared").GetBoolean() && line.GetProperty("ok").GetBoolean()
                && (stillCompared is null || line.GetProperty("check").GetString() == stillCompared || line.GetProperty("subject").GetString()!.Contains(stillCompared, StringComparison.Ordinal)));
        }
        finally
        {
            File.Move(file + ".away", file);
        }
        (await Exe.RunAsync(TimeSpan.FromMinutes(2), "reconcile", "--date", SmallLake.Date, "--data-dir", lake.DataDir)).Exits(0);
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
            var run = (await Exe.RunAsync(TimeSpan.FromMinutes(2), "dbt", "export", folder["out"], "--date", SmallLake.Date, "--data-dir", lake.DataDir)).Exits(1);
            Assert.Contains("gold.daily_pnl cannot be read", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Move(file + ".away", file);
        }
    }

    async Task<string> MetadataAsync(string table)
    {
        await using var opened = await Dart.Lake.Lake.OpenAsync(lake.DataDir, TimeProvider.System, IdSource.System, TestContext.Current.CancellationToken);
        return FileLocation.ToPath((await opened.Catalog.TryLoadAsync(TableIdent.Parse(table), TestContext.Current.CancellationToken))!.MetadataLocation);
    }
}
