using System.IO.Compression;
using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Analytics.Markets;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Lean;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Producers;

public sealed class LeanMarketTests
{
    static readonly DateOnly Monday = new(2013, 10, 7);

    [Fact]
    public async Task A_real_day_is_sent_line_by_line_in_the_order_of_time()
    {
        var root = Shared.Path("data", "lean");
        var (seen, last, marks) = (0, 0L, new Dictionary<string, decimal>(StringComparer.Ordinal));
        var sink = new RecordingSink
        {
            Hashes = false,
            Seen = view =>
            {
                // One event of 40, since this decoder is slow, and every mark.
                if (view.Topic != Topics.MarketData || RecordingSink.IsMarker(view) || (view.Value[5] != 4 && seen++ % 40 != 0))
                    return;
                var record = AvroDecoded.Read(view.Topic, view.Value);
                Assert.True(AvroDecoded.Micros(record, "event_time") >= last || view.Value[5] == 4);
                last = AvroDecoded.Micros(record, "event_time");
                if (view.Value[5] == 4)
                    marks[AvroDecoded.Text(record, "instrument")!] = AvroDecoded.Decimal(record, "price")!.Value;
            },
        };
        var manifest = await new LeanMarket(new LeanSettings(root, Seed: 1), TimeProvider.System, _ => { })
            .ProduceAsync(Monday, sink.Target(), null, default);
        Assert.Empty(manifest.Missing());
        var market = manifest.Topics["market_data_raw"].Kinds;
        Assert.Equal(25_351 + 88_172 + 24_293 + 250_601, market["PRINT"]);
        Assert.Equal(1_079_935 + 476_855 + 109_067 + Lines(Path.Combine(root, "equity/usa/minute/spy/20131007_quote.zip")), market["QUOTE"]);
        Assert.Equal(
            new Dictionary<string, decimal>(StringComparer.Ordinal) { ["AIG"] = 48.73m, ["BAC"] = 13.81m, ["IBM"] = 182.01m, ["SPY"] = 167.42m }, marks);
        Assert.True(manifest.Topics["trades_raw"].Kinds["NEW"] >= 4_000);
        Assert.Equal(4 * 500, manifest.Topics["reference_raw"].Kinds["PRIOR_CLOSE"]);
        Assert.All(manifest.Accounts, total => Assert.Equal("USD", total.Currency));
    }

    [Fact]
    public async Task A_small_real_day_is_the_same_twice_and_its_manifest_is_what_the_rows_say()
    {
        using var folder = new LeanFixture();
        folder.CopySymbol(Shared.Path("data", "lean"), "ibm", "20131007_trade.zip");
        var (one, two, fold) = (new RecordingSink(), new RecordingSink(), new TradeFold());
        var times = new List<long>();
        var manifest = await Produce(folder, one.Target());
        await Produce(folder, two.Target(partitions: 2));
        Assert.Equal(one.Fingerprint, two.Fingerprint);
        await Produce(folder, new RecordingSink
        {
            Hashes = false,
            Seen = view =>
            {
                if (RecordingSink.IsMarker(view))
                    return;
                if (view.Topic == Topics.Trades || view.Topic == Topics.Reference)
                    fold.Add(view, late: false);
                else if (view.Topic == Topics.MarketData)
                    times.Add(AvroDecoded.Micros(AvroDecoded.Read(view.Topic, view.Value), "event_time"));
            },
        }.Target());
        var session = VenueCalendar.Of("XNYS").SessionOf(Monday);
        Assert.Equal(manifest.Accounts, fold.Live(session.StartsAtMicros, session.EndsAtMicros));
        Assert.Equal(times.Order(), times);
        Assert.All(times, time => Assert.InRange(time, session.StartsAtMicros, session.EndsAtMicros - 1));

        static Task<DayManifest> Produce(LeanFixture folder, EventTarget target) =>
            new LeanMarket(new LeanSettings(folder.Root, Seed: 1, Trades: 2_000), TimeProvider.System, _ => { })
                .ProduceAsync(Monday, target, null, default);
    }

    /// <summary>What must hold of the marts later holds of the events already: bars of prints that set prices are LEAN's own.</summary>
    [Fact]
    public void Bars_of_the_prints_agree_with_those_of_the_publisher()
    {
        var root = Shared.Path("data", "lean", "equity", "usa");
        var (bars, missing, extra) = (0, 0, 0);
        var equal = new int[5];
        var near = new int[4];
        foreach (var date in new[] { Monday, Monday.AddDays(1) })
            foreach (var symbol in new[] { "aig", "bac", "ibm", "spy" })
            {
                var ours = Bars(Path.Combine(root, "tick", symbol, $"{date:yyyyMMdd}_trade.zip"), date);
                foreach (var (minute, theirs) in PublishedBars(Path.Combine(root, "minute", symbol, $"{date:yyyyMMdd}_trade.zip")))
                {
                    bars++;
                    if (!ours.Remove(minute, out var bar))
                    {
                        missing++;
                        continue;
                    }
                    for (var i = 0; i < 5; i++)
                        equal[i] += bar[i] == theirs[i] ? 1 : 0;
                    for (var i = 0; i < 4; i++)
                        near[i] += Math.Abs(bar[i] - theirs[i]) <= 200 ? 1 : 0;
                }
                extra += ours.Count;
            }
        Assert.Equal((4_563, 0, 1), (bars, missing, extra));
        Assert.True(equal[4] >= 0.99 * bars
            && equal[0] >= 0.91 * bars
            && equal[1] >= 0.94 * bars
            && equal[2] >= 0.93 * bars
            && equal[3] >= 0.91 * bars, string.Join(' ', equal));
        Assert.All(near, count => Assert.True(count >= 0.99 * bars));
    }

    [Theory]
    [InlineData("goog", "2015-12-24", "GOOG", 2_191)]
    [InlineData("spy", "2023-08-03", "SPY", 4)]
    public async Task An_option_chain_comes_by_the_minute_with_its_underlying(
        string symbol, string date, string underlying, int leastContracts)
    {
        var root = Shared.Path("data", "lean");
        var day = DateOnly.Parse(date);
        var options = new HashSet<string>(StringComparer.Ordinal);
        var sink = new RecordingSink
        {
            Hashes = false,
            Seen = view =>
            {
                if (RecordingSink.IsMarker(view) || view.Topic != Topics.Reference || view.Value[5] != 0)
                    return;
                var record = AvroDecoded.Read(view.Topic, view.Value);
                if (AvroDecoded.Text(record, "instrument_kind") != "OPTION")
                    return;
                Assert.Equal(underlying, AvroDecoded.Text(record, "underlying"));
                Assert.Equal(100, AvroDecoded.Decimal(record, "multiplier"));
                options.Add(AvroDecoded.Text(record, "id")!);
            },
        };
        var manifest = await new LeanMarket(new LeanSettings(root, Seed: 1, Trades: 500), TimeProvider.System, _ => { })
            .ProduceAsync(day, sink.Target(), null, default);
        Assert.True(options.Count >= leastContracts, $"{options.Count} contracts");
        var lines = Directory.EnumerateFiles(Path.Combine(root, "option", "usa", "minute", symbol), $"{day:yyyyMMdd}_quote_*.zip").Sum(Lines)
            + Lines(Path.Combine(root, "equity", "usa", "minute", symbol, $"{day:yyyyMMdd}_quote.zip"));
        Assert.Equal(lines, manifest.Topics["market_data_raw"].Kinds["QUOTE"]);
    }

    [Fact]
    public void A_contract_is_what_the_name_of_its_file_says()
    {
        var name = LeanOptionName.Parse("x.zip", "20151224_goog_minute_quote_american_call_4002500_20170120.csv");
        Assert.Equal("GOOG170120C00400250", name.Id);
        Assert.Equal(
            (400_250_000L, new DateOnly(2017, 1, 20), OptionRight.Call, ExerciseStyle.American),
            (name.Terms.Strike, name.Terms.Expiry, name.Terms.Right, name.Terms.Exercise));
        Assert.Throws<LakeException>(() => LeanOptionName.Parse("x.zip", "../../etc/passwd"));
    }

    [Fact]
    public void A_minute_belongs_to_itself_and_a_side_without_a_price_is_absent()
    {
        using var folder = new LeanFixture();
        var day = LeanDay.Of(Monday);
        var reader = new LeanReader(new("X"), new("lean/x/quote"), new("XNYS"), day, new LeanTexts());
        var path = folder.Zip("bars.zip", "71940000,,,,,0,21500,21500,5000,5100,19\n");
        var bar = Assert.Single(LeanReader.Read(path, reader.QuoteBar));
        Assert.Equal(day.Session.EndsAtMicros - 1, bar.EventTime);
        Assert.Equal((null, null, 510_000L, 190_000L), (bar.Bid, bar.BidSize, bar.Ask, bar.AskSize));
        var tick = Assert.Single(LeanReader.Read(folder.Zip("ticks.zip", "34200001,0,0,494100,300,Q,800,1"), reader.QuoteTick));
        Assert.Equal((day.MidnightMicros + 34_200_001_000, null, 49_410_000L, 3_000_000L, "XNAS", "800", true),
            (
                tick.EventTime,
                tick.Bid,
                tick.Ask!.Value,
                tick.AskSize!.Value,
                tick.Venue!.Text,
                tick.Condition!.Text,
                tick.Suspicious!.Value));
        Assert.Equal(day.FirstSequence + 1, tick.Sequence);
    }

    [Theory]
    [InlineData("34200000,491800,300,P,2000,0\n34200001,491800,abc,P,2000,0\n", "line 2", "size 'abc' is no number")]
    [InlineData("34200000,491800,300,P,2000\n", "line 1", "ends before its flag")]
    [InlineData("34200000,491800,300,P,2000,0,7\n", "line 1", "more fields")]
    [InlineData("34200000,99999999999999999,300,P,2000,0\n", "line 1", "price 99999999999999999 is not between")]
    [InlineData("34200000,99999999999999999999999,300,P,2000,0\n", "line 1", "is no number")]
    [InlineData("99999999999,491800,300,P,2000,0\n", "line 1", "time 99999999999")]
    [InlineData("34200000,-491800,300,P,2000,0\n", "line 1", "price -491800")]
    [InlineData("34200000,491800,300,?,2000,0\n", "line 1", "exchange '?' is no code")]
    [InlineData("34200000,491800,300,P,20zz,0\n", "line 1", "condition '20zz'")]
    [InlineData("34200000,491800,300,P,2000,2\n", "line 1", "flag 2")]
    public async Task A_bad_line_is_named(string csv, string line, string what)
    {
        using var folder = new LeanFixture();
        var path = folder.Zip("equity/usa/tick/xyz/20131007_trade.zip", csv);
        var error = await Assert.ThrowsAsync<LakeException>(() => Produce(folder));
        Assert.Equal(LakeErrorKind.Corrupt, error.Kind);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(line, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_line_without_an_end_is_refused_and_not_held_in_memory()
    {
        using var folder = new LeanFixture();
        folder.Zip("equity/usa/tick/xyz/20131007_trade.zip", "34200000,491800,300,P,2000,0\n" + new string('7', 50_000_000));
        Assert.Contains("line 2: longer than", (await Assert.ThrowsAsync<LakeException>(() => Produce(folder))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_zip_is_named()
    {
        using var folder = new LeanFixture();
        var path = folder.Zip("equity/usa/tick/xyz/20131007_trade.zip", string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{34_200_000 + i},{491_800 + i * 7919 % 100},300,P,2000,0\n")));
        var whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllTextAsync(path, "no zip at all");
        Assert.Contains("cannot be read as a zip", (await Assert.ThrowsAsync<LakeException>(() => Produce(folder))).Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(path, whole[..(whole.Length / 2)]);
        Assert.Contains(path, (await Assert.ThrowsAsync<LakeException>(() => Produce(folder))).Message, StringComparison.Ordinal);
        // The directory at the end is whole, the data in the middle are not.
        whole.AsSpan(whole.Length / 2, 64).Fill(0xFF);
        await File.WriteAllBytesAsync(path, whole);
        var error = await Assert.ThrowsAsync<LakeException>(() => Produce(folder));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("line", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_date_without_files_is_refused()
    {
        using var folder = new LeanFixture();
        Assert.Contains("2013-10-07", (await Assert.ThrowsAsync<LakeException>(() => Produce(folder))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rate_is_the_one_in_force() =>
        Assert.Equal(55_000, LeanHistory.Rate(Shared.Path("data", "lean", "alternative", "interest-rate", "usa", "interest-rate.csv"), new(2023, 8, 3)));

    static Task<DayManifest> Produce(LeanFixture folder) =>
        new LeanMarket(new LeanSettings(folder.Root, Seed: 1, Trades: 100), TimeProvider.System, _ => { })
            .ProduceAsync(Monday, new RecordingSink { Hashes = false }.Target(), null, default);

    /// <summary>Open, high, low, close in LEAN's units, and volume, by minute.</summary>
    static Dictionary<long, long[]> Bars(string path, DateOnly date)
    {
        var day = LeanDay.Of(date);
        var bars = new Dictionary<long, long[]>();
        foreach (var print in LeanReader.Read(path, new LeanReader(new("X"), new("s"), null, day, new LeanTexts()).TradeTick))
        {
            var minute = (print.EventTime - day.MidnightMicros) / 60_000_000 * 60_000;
            var price = print.Price!.Value / 100;
            if (!bars.TryGetValue(minute, out var bar))
                bars.Add(minute, bar = new long[5]);
            bar[4] += print.Size!.Value / 10_000;
            if (!SaleConditions.SetsPrice(print.Condition!.Text) || print.Suspicious == true)
                continue;
            bar[0] = bar[0] == 0 ? price : bar[0];
            bar[1] = Math.Max(bar[1], price);
            bar[2] = bar[2] == 0 ? price : Math.Min(bar[2], price);
            bar[3] = price;
        }
        return bars.Where(bar => bar.Value[0] != 0).ToDictionary();
    }

    static IEnumerable<(long Minute, long[] Bar)> PublishedBars(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        using var reader = new StreamReader(zip.Entries[0].Open());
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',').Select(long.Parse).ToArray();
            yield return (cells[0], cells[1..]);
        }
    }

    static long Lines(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        long lines = 0;
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            while (reader.ReadLine() is not null)
                lines++;
        }
        return lines;
    }
}
