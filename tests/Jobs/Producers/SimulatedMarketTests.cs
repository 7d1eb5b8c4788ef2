using System.Diagnostics;
using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Producers.Simulation;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Producers;

public sealed class SimulatedMarketTests
{
    static readonly DateOnly Day = new(2026, 11, 24);
    static readonly SimulationSettings Small = new(Seed: 7, Trades: 3_000, PriorTrades: 1_000, ListingDate: Day);
    static readonly VenueSession Session = VenueCalendar.Of("XNYS").SessionOf(Day);

    [Fact]
    public async Task The_same_seed_and_date_give_the_same_bytes_in_the_same_order_per_key()
    {
        var (one, two, many) = (new RecordingSink(), new RecordingSink(), new RecordingSink());
        var manifest = await Produce(Small, one.Target());
        Assert.Equal(manifest.ToJson(), (await Produce(Small, two.Target())).ToJson());
        await Produce(Small, many.Target(partitions: 8));
        Assert.Equal(one.Fingerprint, two.Fingerprint);
        Assert.Equal(one.Fingerprint, many.Fingerprint);
    }

    [Fact]
    public async Task Another_seed_gives_other_bytes()
    {
        var (one, two) = (new RecordingSink(), new RecordingSink());
        await Produce(Small, one.Target());
        await Produce(Small with { Seed = 8 }, two.Target());
        Assert.NotEqual(one.Fingerprint, two.Fingerprint);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(3_000)]
    public async Task A_day_has_everything_that_goes_wrong_on_a_real_one(int trades)
    {
        var manifest = await Produce(Small with { Trades = trades }, new RecordingSink().Target());
        Assert.Empty(manifest.Missing());
        var sent = manifest.Topics["trades_raw"];
        var news = sent.Kinds["NEW"] - sent.Duplicates;
        Assert.True(news >= trades);
        Assert.True(sent.Kinds["BUST"] >= trades * 0.005);
        Assert.True(sent.Kinds["CORRECT"] >= trades * 0.005);
        Assert.True(sent.Duplicates >= trades / 100);
        Assert.True(sent.OutOfOrder >= trades / 100);
        Assert.Equal(10, manifest.Features["after_close"]);
        Assert.Equal(10, sent.AfterEndOfDay);
        Assert.Equal(1, manifest.Features["splits"]);
        Assert.Equal(7, manifest.Malformed.Count);
        Assert.Equal(6, manifest.Topics["permit_raw"].Kinds.Count);
        Assert.True(manifest.Topics["market_data_raw"].Kinds.Values.Sum() >= trades * 20 / 3);
        Assert.Equal(100 * 500, manifest.Topics["reference_raw"].Kinds["PRIOR_CLOSE"]);
    }

    /// <summary>What is late may be sent twice or out of order, too: which trade it is goes by the count.</summary>
    [Fact]
    public async Task A_day_of_any_number_of_trades_comes_to_its_end()
    {
        var (late, cancel) = (new List<long>(), TestContext.Current.CancellationToken);
        for (var trades = 1_490; trades < 1_530; trades++)
        {
            var settings = Small with { Trades = trades, PriorTrades = 0 };
            var manifest = await Task.Run(() => Produce(settings, new RecordingSink { Hashes = false }.Target()), cancel)
                .WaitAsync(TimeSpan.FromMinutes(1), cancel);
            Assert.Equal(10, manifest.Features["after_close"]);
            late.Add(manifest.Topics["trades_raw"].AfterEndOfDay);
        }
        // without and with one that is sent twice
        Assert.Equal([10, 11], late.Distinct().Order());
    }

    [Fact]
    public async Task Whatever_is_not_there_is_named_as_missing()
    {
        var manifest = await Produce(Small, new RecordingSink().Target());
        Assert.Equal((42, 1, 56, 1), (manifest.CountOf("instruments_equity"), manifest.CountOf("instruments_index"), manifest.CountOf("instruments_option"), manifest.CountOf("instruments_fx")));
        Assert.Equal(
            (4, 7, 20, 4, 2), (manifest.CountOf("option_expiries"), manifest.CountOf("option_strikes"), manifest.CountOf("accounts"), manifest.CountOf("desks"), manifest.CountOf("account_currencies")));
        Assert.True(manifest.Required.Count > 50);
        foreach (var name in manifest.Required)
            Assert.Equal([name], Without(manifest, name).Missing());
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Accounts_win_and_lose_and_give_almost_as_often_as_they_take(int seed)
    {
        var (marks, multipliers) = (new Dictionary<string, decimal>(), new Dictionary<string, decimal>());
        var (middles, takes, ofOptions) = (new Dictionary<string, decimal>(), 0, 0);
        var trades = new Dictionary<long, (string Account, string Instrument, decimal Signed, decimal Price)>();
        await Produce(Small with { Seed = seed }, new RecordingSink { Hashes = false, Seen = See }.Target());
        var profits = trades.Values.GroupBy(
            trade => trade.Account,
            trade => trade.Signed * (marks[trade.Instrument] - trade.Price) * multipliers[trade.Instrument],
            StringComparer.Ordinal)
            .Select(group => group.Sum()).ToArray();
        Assert.Equal(20, profits.Length);
        Assert.InRange(profits.Count(profit => profit > 0), 4, 16);
        Assert.InRange(takes / (double)ofOptions, 0.46, 0.60);

        void See(EventView view)
        {
            if (view.Topic == Topics.Permit || !IsSound(view))
                return;
            var record = AvroDecoded.Read(view.Topic, view.Value);
            switch (AvroDecoded.Text(record, "kind"))
            {
                case "INSTRUMENT":
                    multipliers[AvroDecoded.Text(record, "id")!] = AvroDecoded.Decimal(record, "multiplier")!.Value;
                    break;
                case "QUOTE" when AvroDecoded.Decimal(record, "bid") is { } bid && AvroDecoded.Decimal(record, "ask") is { } ask:
                    middles[AvroDecoded.Text(record, "instrument")!] = (bid + ask) / 2;
                    break;
                case "MARK" when view.Topic == Topics.MarketData:
                    marks[AvroDecoded.Text(record, "instrument")!] = AvroDecoded.Decimal(record, "price")!.Value;
                    break;
                case "NEW" when AvroDecoded.Decimal(record, "price") > 0 && multipliers.ContainsKey(AvroDecoded.Text(record, "instrument")!):
                    var (instrument, price, quantity, buys) = (
                        AvroDecoded.Text(record, "instrument")!,
                        AvroDecoded.Decimal(record, "price")!.Value,
                        AvroDecoded.Decimal(record, "quantity")!.Value,
                        AvroDecoded.Text(record, "side") == "BUY");
                    if (!trades.TryAdd((long)record["sequence"], (AvroDecoded.Text(record, "account")!, instrument, buys ? quantity : -quantity, price))
                        || multipliers[instrument] == 1)
                        break;
                    ofOptions++;
                    takes += price > middles[instrument] == buys ? 1 : 0;
                    break;
            }
        }
    }

    [Fact]
    public async Task The_manifest_is_what_the_rows_say_by_the_page_on_data()
    {
        var fold = new TradeFold();
        var manifest = await ProduceInto(fold, (market, target) => market.ProduceAsync(Day, target, null, default));
        Assert.Equal(manifest.Accounts, fold.Live(Session.StartsAtMicros, Session.EndsAtMicros));
        // The quarantine by rows, without the corrections of the day before whose trades are not in this stream.
        Assert.Equal(manifest.Quarantined.Values.Sum() + manifest.Features["prior_day_busts"] + manifest.Features["prior_day_corrections"], fold.Quarantined);
        Assert.Equal(manifest.Topics["trades_raw"].Duplicates, fold.Duplicates);
        Assert.Equal(fold.Duplicates + manifest.Quarantined["conflicting_duplicate"], manifest.Topics["trades_raw"].Repeats);
        Assert.Equal(10, manifest.Late.Sum(total => total.Trades));
    }

    [Fact]
    public async Task The_day_before_is_what_both_days_rows_say()
    {
        var fold = new TradeFold();
        var prior = await ProduceInto(fold, (market, target) => market.ProducePriorDayAsync(Day, target, null, default));
        var priorSession = VenueCalendar.Of("XNYS").SessionOf(prior.Date);
        Assert.Empty(prior.Missing());
        Assert.Equal(prior.Accounts, fold.Live(priorSession.StartsAtMicros, priorSession.EndsAtMicros));
        var day = await ProduceInto(fold, (market, target) => market.ProduceAsync(Day, target, null, default));
        Assert.Equal(day.PriorDay!.Accounts, fold.Live(priorSession.StartsAtMicros, priorSession.EndsAtMicros, late: true));
        Assert.NotEqual(prior.Accounts, day.PriorDay.Accounts);
        Assert.Equal(8, day.Features["prior_day_busts"]);
        Assert.Equal(12, day.Features["prior_day_corrections"]);
    }

    [Fact]
    public async Task A_whole_day_that_follows_a_whole_day_corrects_its_trades()
    {
        var fold = new TradeFold();
        var first = await ProduceInto(fold, (market, target) => market.ProduceAsync(Day, target, null, default));
        var next = await ProduceInto(fold, (_, target) => new SimulatedMarket(
            (Small with { ListingDate = null, Seed = 9 }).Following(first), TimeProvider.System).ProduceAsync(
                Day.AddDays(1), target, null, default));
        Assert.Equal(next.PriorDay!.Accounts, fold.Live(Session.StartsAtMicros, Session.EndsAtMicros, late: true));
        Assert.Equal(Day, next.PriorDay.Date);
        Assert.Equal((20, next.PriorDay.Accounts.Sum(total => total.Trades)),
            (next.Features["prior_day_busts"] + next.Features["prior_day_corrections"], first.Accounts.Concat(first.Late).Sum(total => total.Trades) - next.Features["prior_day_busts"]));
    }

    [Fact]
    public async Task Markers_come_to_every_partition_of_every_topic_after_the_official_marks()
    {
        var markers = new HashSet<(Topic, int)>();
        var (marks, afterMarkers) = (0, 0);
        var sink = new RecordingSink
        {
            Hashes = false,
            Seen = view =>
            {
                if (RecordingSink.IsMarker(view))
                    Assert.True(markers.Add((view.Topic, view.Partition)));
                else if (markers.Count > 0)
                    afterMarkers++;
                else if (IsSound(view) && view.Topic == Topics.MarketData && view.Value[5] == 4)
                    marks++;
            },
        };
        await Produce(Small, sink.Target(partitions: 3));
        Assert.Equal(12, markers.Count);
        Assert.Equal(100, marks);
        Assert.Equal(10, afterMarkers);
    }

    [Fact]
    public async Task Closes_of_two_days_agree_whatever_was_produced()
    {
        var (prior, day) = (new Dictionary<string, decimal>(), new Dictionary<string, decimal>());
        await new SimulatedMarket(Small, TimeProvider.System).ProducePriorDayAsync(
            Day, new RecordingSink { Hashes = false, Seen = view => Collect(view, prior, Topics.MarketData, "instrument", "price") }.Target(), null, default);
        await new SimulatedMarket(Small, TimeProvider.System).ProduceAsync(
            Day, new RecordingSink { Hashes = false, Seen = view => Collect(view, day, Topics.Reference, "id", "value") }.Target(), null, default);
        Assert.Equal(100, prior.Count);
        Assert.Equal(prior.OrderBy(entry => entry.Key, StringComparer.Ordinal), day.OrderBy(entry => entry.Key, StringComparer.Ordinal));

        static void Collect(EventView view, Dictionary<string, decimal> marks, Topic topic, string id, string value)
        {
            if (view.Topic != topic
                || !IsSound(view)
                || AvroDecoded.Read(topic, view.Value) is not { } record
                || AvroDecoded.Text(record, "kind") != "MARK")
                return;
            marks[AvroDecoded.Text(record, id)!] = AvroDecoded.Decimal(record, value)!.Value;
        }
    }

    [Fact]
    public async Task A_day_that_is_none_or_makes_no_sense_is_refused()
    {
        var market = new SimulatedMarket(Small, TimeProvider.System);
        var saturday = await Assert.ThrowsAsync<LakeException>(() => market.ProduceAsync(
            new(2026, 11, 21), new RecordingSink().Target(), null, default));
        Assert.Contains("2026-11-23", saturday.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LakeException>(() => Produce(Small with { Trades = 3 }, new RecordingSink().Target()));
        await Assert.ThrowsAsync<LakeException>(() => Produce(Small with { Speed = 0 }, new RecordingSink().Target()));
    }

    [Fact]
    public async Task The_manifest_survives_its_file()
    {
        var folder = Directory.CreateTempSubdirectory("dartlake-manifest");
        try
        {
            var manifest = await Produce(Small, new RecordingSink().Target());
            manifest.Save(folder.FullName, IdSource.Seeded(1));
            Assert.Equal(manifest.ToJson(), DayManifest.Load(folder.FullName, Day).ToJson());
            Assert.Equal(
                LakeErrorKind.Unavailable, Assert.Throws<LakeException>(() => DayManifest.Load(folder.FullName, Day.AddDays(1))).Kind);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Prints what a day of the default size costs: <c>-explicit only -method "*full_size*"</c>.</summary>
    [Fact(Explicit = true)]
    public async Task A_day_of_full_size_is_made_in_seconds()
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var manifest = await Produce(new SimulationSettings(Seed: 1, Trades: 300_000), new RecordingSink { Hashes = false }.Target());
        var spent = Process.GetCurrentProcess().TotalProcessorTime - before;
        var events = manifest.Topics.Values.Sum(topic => topic.Sent);
        Assert.Empty(manifest.Missing());
        Assert.True(manifest.Topics["trades_raw"].Kinds["NEW"] >= 300_000 && manifest.Topics["market_data_raw"].Sent >= 2_000_000);
        TestContext.Current.SendDiagnosticMessage($"{events:N0} events, {events / spent.TotalSeconds:N0} a second of CPU, {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:N0} MiB\n{manifest.ToJson()}");
        await File.WriteAllTextAsync(
            Path.Combine(Path.GetTempPath(), "dartlake-producer.txt"),
            $"{events:N0} events, {events / spent.TotalSeconds:N0} a second of CPU, {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:N0} MiB\n{manifest.ToJson()}");
    }

    static async Task<DayManifest> ProduceInto(TradeFold fold, Func<SimulatedMarket, EventTarget, Task<DayManifest>> produce)
    {
        var ended = false;
        var sink = new RecordingSink
        {
            Hashes = false,
            Seen = view =>
            {
                ended |= RecordingSink.IsMarker(view);
                if ((view.Topic == Topics.Trades || view.Topic == Topics.Reference) && IsSound(view))
                    fold.Add(view, ended);
            },
        };
        return await produce(new SimulatedMarket(Small, TimeProvider.System), sink.Target());
    }

    /// <summary>What a reader with a registry would take: the frame is right, the whole payload is a record, the day plausible.</summary>
    static bool IsSound(EventView view)
    {
        if (view.IsNull
            || RecordingSink.IsMarker(view)
            || view.Value.Length < 6
            || view.Value[0] != 0
            || view.Value[4] != RecordingSink.SchemaIds.Of(view.Topic)
            || view.Value[1] != 0)
            return false;
        if (view.Topic == Topics.Permit)
            return true;
        try
        {
            return AvroDecoded.Micros(AvroDecoded.Read(view.Topic, view.Value), "event_time") < 4_102_444_800_000_000;
        }
        catch (Exception e) when (e is Avro.AvroException
            or Xunit.Sdk.EqualException
            or EndOfStreamException
            or IndexOutOfRangeException
            or OverflowException
            or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The manifest of a day in which one of the counts is nought.</summary>
    static DayManifest Without(DayManifest manifest, string name)
    {
        var words = name.Split(' ');
        return words switch
        {
            ["malformed", var kind] => manifest with { Malformed = Less(manifest.Malformed, kind) },
            ["quarantined", var rule] => manifest with { Quarantined = Less(manifest.Quarantined, rule) },
            [var topic, "duplicates"] => OfTopic(topic, counts => counts with { Duplicates = 0 }),
            [var topic, "out_of_order"] => OfTopic(topic, counts => counts with { OutOfOrder = 0 }),
            [var topic, var kind] => OfTopic(topic, counts => counts with { Kinds = Less(counts.Kinds, kind) }),
            _ => manifest with { Features = Less(manifest.Features, name) },
        };

        DayManifest OfTopic(string topic, Func<TopicCounts, TopicCounts> change) =>
            manifest with
            {
                Topics = manifest.Topics.ToDictionary(entry => entry.Key, entry => entry.Key == topic ? change(entry.Value) : entry.Value),
            };

        static Dictionary<string, long> Less(IReadOnlyDictionary<string, long> counts, string name) =>
            counts.ToDictionary(entry => entry.Key, entry => entry.Key == name ? 0 : entry.Value);
    }

    static Task<DayManifest> Produce(SimulationSettings settings, EventTarget target) =>
        new SimulatedMarket(settings, TimeProvider.System).ProduceAsync(Day, target, null, default);
}
