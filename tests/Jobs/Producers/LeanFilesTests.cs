using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Lean;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Producers;

/// <summary>Files as they are found: numbers and letters of any kind that LEAN knows, and bad files among good ones.</summary>
public sealed class LeanFilesTests
{
    static readonly DateOnly Day = new(2021, 5, 24);

    [Theory]
    [InlineData("34200000", 34_200_000_000)]
    [InlineData("34200000.", 34_200_000_000)]
    [InlineData("34200000.0", 34_200_000_000)]
    [InlineData("34200000.0009", 34_200_000_000)]
    [InlineData("34200000.001", 34_200_000_001)]
    [InlineData("34200000.9999999999999", 34_200_000_999)]
    [InlineData("14400009.367", 14_400_009_367)]
    [InlineData("0.5", 500)]
    [InlineData("86400000", 86_400_000_000)]
    public void A_time_is_kept_to_the_microsecond(string time, long micros)
    {
        using var folder = new LeanFixture();
        var midnight = LeanDay.Of(Day).MidnightMicros;
        Assert.Equal(micros, Print(folder, $"{time},349500,100,P,0,0", reader => reader.TradeTick).EventTime - midnight);
        Assert.Equal(micros, Print(folder, $"{time},349500,100,0,0,P,0,0", reader => reader.QuoteTick).EventTime - midnight);
        Assert.Equal(micros + 59_999_999, Print(folder, $"{time},1,1,1,349500,100", reader => reader.TradeBar).EventTime - midnight);
    }

    [Theory]
    [InlineData("34200000.5x,349500,100", "time '34200000.5x' is no number")]
    [InlineData("34200000.5.1,349500,100", "time '34200000.5.1' is no number")]
    [InlineData(".5,349500,100", "time '.5' is no number")]
    [InlineData("3.42e7,349500,100", "time '3.42e7' is no number")]
    [InlineData("-0.5,349500,100", "time -0.5 is not between")]
    [InlineData("86400000.001,349500,100", "time 86400000.001 is not between")]
    [InlineData("34200000,349500.001,100", "price 349500.001 has more than 2 decimal places")]
    [InlineData("34200000,349500,0.00001", "size 0.00001 has more than 4 decimal places")]
    public void A_number_that_cannot_be_kept_is_named(string fields, string what)
    {
        using var folder = new LeanFixture();
        var error = Assert.Throws<LakeException>(() => Print(folder, $"{fields},P,0,0", reader => reader.TradeTick));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prices_and_sizes_have_the_places_that_a_print_can_hold()
    {
        using var folder = new LeanFixture();
        var print = Print(folder, "34200000,349500.25,0.0001,P,0,0", reader => reader.TradeTick);
        Assert.Equal((34_950_025L, 1L), (print.Price!.Value, print.Size!.Value));
        print = Print(folder, "34200000,349500.00,8000.0,P,0,0", reader => reader.TradeTick);
        Assert.Equal((34_950_000L, 80_000_000L), (print.Price!.Value, print.Size!.Value));
    }

    [Fact]
    public void Every_code_of_an_exchange_is_a_venue_with_a_calendar_or_none()
    {
        using var folder = new LeanFixture();
        string[] words =
            ["NASDAQ", "NASDAQ_BX", "NASDAQ PSX", "BATS", "BATS Y", "MEMX", "MM", "MP", "MIAX PEARL", "LTSE", "BB", "IEX", "ARCA", "amex", "SIAC", "OTCX"];
        var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".Select(letter => letter.ToString());
        var venues = letters.Concat(words).ToDictionary(code => code, code =>
            Print(folder, $"57600000,349500,100,{code},0,0", reader => reader.TradeTick).Venue?.Text);
        Assert.All(venues.Values.OfType<string>(), mic => Assert.NotNull(VenueCalendar.Find(mic)));
        Assert.Equal(["E", "F", "G", "O", "R", "S", "SIAC", "OTCX"], venues.Where(venue => venue.Value is null).Select(venue => venue.Key));
        Assert.Equal(
            ("MEMX", "MEMX", "XNAS", "XNAS", "LTSE", "EPRL", "XPHL", "BATY", "XASE"),
            (venues["U"], venues["MM"], venues["T"], venues["NASDAQ"], venues["L"], venues["MP"], venues["NASDAQ PSX"], venues["BATS Y"], venues["amex"]));
        Assert.Equal(venues["N"], Print(folder, "57600000,349500,100,n,0,0", reader => reader.TradeTick).Venue?.Text);
    }

    public static TheoryData<string, string> BadFiles => new()
    {
        { "equity/usa/tick/bad/20210524_trade.zip", "line 2: its size 'x' is no number" },
        { "equity/usa/tick/bad/20210524_quote.zip", "line 2: it ends before its price" },
        { "equity/usa/minute/bad/20210524_quote.zip", "line 1: it has more fields" },
        { "equity/usa/daily/bad.zip", "line 2: its date is none" },
        { "equity/usa/factor_files/bad.csv", "line 2: it is no line of a factor file" },
        { "equity/usa/map_files/bad.csv", "line 2: it is no line of a map file" },
        { "alternative/interest-rate/usa/interest-rate.csv", "line 2: it is no rate" },
        { "option/usa/minute/bad/20210524_quote_american.zip", "20210524_bad_minute_quote_american_call_4000000_20210618.csv line 1: its price 'x' is no number" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_bad_file_is_told_before_anything_is_sent_and_left_out_when_that_is_asked_for(string file, string what)
    {
        using var folder = new LeanFixture();
        Good(folder);
        var path = Bad(folder, file);
        var (sink, told) = (new RecordingSink { Hashes = false }, new List<string>());
        var error = await Assert.ThrowsAsync<LakeException>(() => Produce(folder, sink, told, skipBad: false));
        Assert.Equal((LakeErrorKind.Corrupt, 0L), (error.Kind, sink.Count));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(told);

        var manifest = await Produce(folder, sink, told, skipBad: true);
        Assert.Contains(what, Assert.Single(manifest.LeftOut), StringComparison.Ordinal);
        Assert.Equal($"left out: {manifest.LeftOut[0]}", Assert.Single(told));
        Assert.Equal(400, manifest.Topics["market_data_raw"].Kinds["PRINT"]);
        Assert.Equal(1, manifest.Topics["market_data_raw"].Kinds["MARK"]);
        Assert.True(sink.Count > 400);
    }

    [Fact]
    public async Task All_bad_files_are_told_and_a_day_without_a_good_one_is_none()
    {
        using var folder = new LeanFixture();
        Bad(folder, "equity/usa/tick/bad/20210524_trade.zip");
        Bad(folder, "equity/usa/tick/bad/20210524_quote.zip");
        var (sink, told) = (new RecordingSink { Hashes = false }, new List<string>());
        var error = await Assert.ThrowsAsync<LakeException>(() => Produce(folder, sink, told, skipBad: false));
        Assert.Contains("2 files are bad and nothing was sent", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, told.Count);
        error = await Assert.ThrowsAsync<LakeException>(() => Produce(folder, sink, told, skipBad: true));
        Assert.Contains("every file of 2021-05-24", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, sink.Count);
    }

    static MarketDataEvent Print(LeanFixture folder, string line, Func<LeanReader, LeanParser> parse)
    {
        var path = folder.Zip($"{Directory.GetFiles(folder.Root).Length}.zip", $"{line}\n");
        return Assert.Single(LeanReader.Read(path, parse(new(new("X"), new("s"), null, LeanDay.Of(Day), new LeanTexts()))));
    }

    static void Good(LeanFixture folder)
    {
        var prints = Enumerable.Range(0, 400).Select(i => $"{34_200_000 + 58_500 * i},{349_500 + i},100,P,0,0\n");
        folder.Zip("equity/usa/tick/good/20210524_trade.zip", string.Concat(prints));
        folder.Zip("equity/usa/daily/good.zip", "20210521 00:00,1,1,1,349500,1\n20210524 00:00,1,1,1,349500,1\n");
    }

    /// <summary>A file with a bad line, and beside it what makes it a file of the day.</summary>
    static string Bad(LeanFixture folder, string file)
    {
        if (!file.Contains("/tick/", StringComparison.Ordinal) && !file.StartsWith("option", StringComparison.Ordinal))
            folder.Zip("equity/usa/minute/bad/20210524_trade.zip", "");
        if (file.Contains("factor_files", StringComparison.Ordinal))
            folder.Zip("equity/usa/daily/bad.zip", "20210521 00:00,1,1,1,349500,1\n");
        return file.Split('/')[^2..] switch
        {
            [_, "20210524_trade.zip"] => folder.Zip(file, "34200000,1,1,P,0,0\n34200000,1,x,P,0,0\n"),
            [_, "20210524_quote.zip"] when file.Contains("/tick/", StringComparison.Ordinal) =>
                folder.Zip(file, "34200000,1,1,0,0,P,0,0\n34200000\n"),
            [_, "20210524_quote.zip"] => folder.Zip(file, "34200000,1,1,1,1,1,1,1,1,1,1,1\n"),
            ["daily", _] => folder.Zip(file, "20210521 00:00,1,1,1,1,1\n20211341 00:00,1,1,1,1,1\n"),
            [_, "20210524_quote_american.zip"] =>
                folder.Zip(file, "34200000,x,1,1,1,1,1,1,1,1,1\n", "20210524_bad_minute_quote_american_call_4000000_20210618.csv"),
            ["usa", _] => folder.Text(file, "date,rate", "2021-05-20,high"),
            _ => folder.Text(file, "20200102,1,1", "20200102"),
        };
    }

    static Task<DayManifest> Produce(LeanFixture folder, RecordingSink sink, List<string> told, bool skipBad) =>
        new LeanMarket(new LeanSettings(folder.Root, Seed: 1, Trades: 100, SkipBad: skipBad), TimeProvider.System, told.Add)
            .ProduceAsync(Day, sink.Target(), null, default);
}
