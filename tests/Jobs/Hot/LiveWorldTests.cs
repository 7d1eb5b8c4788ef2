namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>The hot job over a source that sends no markers.</summary>
public class LiveWorldTests
{
    const int EachDay = 4_000, Late = 777;

    /// <summary>Two partitions tell the time, and one of them has much more to be read; two have never had a record.</summary>
    [Fact]
    public async Task A_job_that_starts_over_three_retained_days_cuts_each_that_is_over_with_all_of_its_trades()
    {
        await using var live = await LiveWorld.OpenAsync();
        for (var day = 0; day < 3; day++)
        {
            live.Quote(HotRows.At(HotRows.Monday.AddDays(day)));
            for (var i = 0; i < EachDay; i++)
                live.Trade(HotRows.At(HotRows.Monday.AddDays(day), 15, i / 60 % 60, i % 60));
        }
        live.Flush();
        await live.StartHotAsync();
        await live.UntilAsync(() => Task.FromResult(live.Last?.Closed == HotRows.Tuesday));

        Assert.Equal(["2026-11-23 4000 4000.0000", "2026-11-24 4000 8000.0000"], await live.ClosesAsync());
        Assert.Empty(live.Last!.Late);
        await live.UntilAsync(async () => await live.QuantityAsync() == "12000.0000");
    }

    [Fact]
    public async Task A_day_that_one_partition_keeps_open_with_rows_that_break_a_rule_is_told_and_cut_when_it_is_silent()
    {
        await using var live = await LiveWorld.OpenAsync();
        live.Trade(HotRows.At(HotRows.Monday));
        live.Trade(HotRows.At(HotRows.Tuesday));
        live.Trade(HotRows.At(HotRows.Tuesday), quantity: 0);
        live.Flush();
        await live.StartHotAsync(idleSeconds: 8);
        await live.UntilAsync(() =>
        {
            live.Trade(HotRows.At(HotRows.Tuesday), quantity: 0);
            live.Flush();
            return Task.FromResult(live.Last?.Waits?.EndsWith("2026-11-23 is over elsewhere, and kept open by trades_raw[1]", StringComparison.Ordinal) == true);
        });
        Assert.Null(live.Last!.Closed);
        await live.UntilAsync(() => Task.FromResult(live.Last.Closed == HotRows.Monday && live.Last.Waits is null));
    }

    /// <summary>The registry gets a schema between the decisions of hot and of bronze (decision 0043).</summary>
    [Fact]
    public async Task A_record_that_hot_has_left_out_counts_when_bronze_has_made_a_row_of_it()
    {
        await using var live = await LiveWorld.OpenAsync();
        live.Trade(HotRows.At(HotRows.Monday));
        live.Flush();
        await live.StartHotAsync();
        await live.UntilAsync(async () => await live.QuantityAsync() == "1.0000");
        live.Trade(HotRows.At(HotRows.Monday, 16), Late);
        live.Flush();
        await live.UntilAsync(() => Task.FromResult(live.Last!.Events == 4));
        Assert.Equal("1.0000", await live.QuantityAsync());

        await live.RegisterAsync(Late);
        Assert.Equal(0, (await live.BronzeAsync()).DeadLetters);
        await live.UntilAsync(async () => await live.QuantityAsync() == "2.0000");
    }

    [Fact]
    public async Task A_record_that_hot_has_taken_does_not_count_when_it_is_a_dead_letter_of_bronze()
    {
        await using var live = await LiveWorld.OpenAsync();
        live.Trade(HotRows.At(HotRows.Monday));
        live.Flush();
        await live.StartHotAsync();
        await live.RegisterAsync(Late);
        live.Trade(HotRows.At(HotRows.Monday, 16), Late);
        live.Flush();
        await live.UntilAsync(async () => await live.QuantityAsync() == "2.0000");

        Assert.Equal(1, (await live.BronzeAsync(hidden: Late)).DeadLetters);
        await live.UntilAsync(async () => await live.QuantityAsync() == "1.0000");
    }
}
