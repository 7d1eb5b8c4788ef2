using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers.Lean;

namespace Dart.Lake.Jobs.Tests.Producers;

/// <summary>What LEAN keeps by symbol: factor files, map files, and daily bars under the names that a share had.</summary>
public sealed class LeanHistoryTests
{
    static readonly DateOnly First = new(2021, 5, 19), Day = new(2021, 5, 24);

    static readonly VenueCalendar Calendar = VenueCalendar.Of("XNAS");

    [Fact]
    public void Splits_are_where_the_factors_change() => Assert.Equal(
        [
            new LeanSplit(new(2000, 6, 21), 2, 1),
            new LeanSplit(new(2005, 2, 28), 2, 1),
            new LeanSplit(new(2014, 6, 9), 7, 1),
            new LeanSplit(new(2020, 8, 31), 4, 1),
        ],
        LeanFactors.Splits(
            Shared.Path("data", "lean", "equity", "usa", "factor_files", "aapl.csv"), new(2000, 1, 1), new(2021, 1, 4), Calendar.NextTradingDay, Unexpected));

    [Theory]
    // before the history that is used: whatever it says, no split falls into it
    [InlineData("20050101,inf,inf,1|20501231,1,1,0", "", 0)]
    [InlineData("20050101,1,1953125,1|20501231,1,1,0", "", 0)]
    [InlineData("20050101,1,79228162514264337593543950335,1|20501231,1,1,0", "", 0)]
    [InlineData("20050101,1,99999999999999999999999999999999999,1|20501231,1,1,0", "", 0)]
    [InlineData("20050101,1,1e400,1|20501231,1,1,0", "", 0)]
    [InlineData("20050101,1e-40,0.0000000000000000000000000001,1|20501231,1,1,0", "", 0)]
    [InlineData("20050101,-inf,NaN,1|20501231,1,1,0", "", 0)]
    [InlineData("20050101,0,0,0|20501231,1,1,0", "", 0)]
    // within it
    [InlineData("20200102,1,0.25,10|20210519,1,0.25,10|20501231,1,1,0", "2021-05-20 4:1", 0)]
    [InlineData("20200102,1,2.5e-1,10|20210519,1,2.5E-1,10|20501231,1,1.0E0,0", "2021-05-20 4:1", 0)]
    [InlineData("20210521,1,1.953125e+6,10|20501231,1,1,0", "2021-05-24 1:1953125", 0)]
    [InlineData("20210521,1,20,10|20501231,1,1,0", "2021-05-24 1:20", 0)]
    [InlineData("20210520,1,0.0000001,10|20501231,1,1,0", "2021-05-21 10000000:1", 0)]
    [InlineData("20210524,1,0.5,10|20501231,1,1,0", "", 0)]
    [InlineData("20210518,1,0.5,10|20501231,1,1,0", "", 0)]
    [InlineData("20210520,1,0.0089285,10|20210521,1,0.00892857,10|20501231,1,0.00892857,0", "", 0)]
    [InlineData("20501231,1,1,0|20210520,1,0.5,10|20200102,1,0.5,10", "2021-05-21 2:1", 0)]
    [InlineData("20210520,1,0.5,10|20210520,1,0.25,10|20501231,1,1,0", "2021-05-21 2:1", 0)]
    // a line within it that says nothing is told
    [InlineData("20200102,1,1,10|20210520,1,1.6e+6,10|20501231,1,1,0", "", 1)]
    [InlineData("20210520,inf,inf,10|20501231,1,1,0", "", 1)]
    [InlineData("20210520,0,0.5,10|20210521,1,0,10|20501231,1,1,0", "", 2)]
    [InlineData("# remark||  |20210520, 1 , 0.5 ,10\r|20501231,1,1", "2021-05-21 2:1", 0)]
    public void A_factor_line_says_what_it_can_say(string file, string splits, int told)
    {
        using var folder = new LeanFixture();
        var remarks = new List<string>();
        var found = LeanFactors.Splits(folder.Text("f.csv", file.Split('|')), First, Day, Calendar.NextTradingDay, remarks.Add);
        Assert.Equal(splits, string.Join(' ', found.Select(split => $"{split.ExDate:yyyy-MM-dd} {split.Numerator}:{split.Denominator}")));
        Assert.Equal(told, remarks.Count);
        Assert.All(remarks, remark => Assert.Contains("f.csv line", remark, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("20200102,1,1,1|2021-05-20,1,1,1", "line 2: it is no line of a factor file")]
    [InlineData("20200102,1", "line 1: it is no line")]
    [InlineData("20200102,1,many,1", "line 1: it is no line")]
    [InlineData("20200102,infinite,1,1", "line 1: it is no line")]
    [InlineData("20200102,1,1,1|20210520,1,0.00000000000001,1|20501231,1,1,0", "line 2: a split of")]
    public void A_bad_factor_line_is_named(string file, string what)
    {
        using var folder = new LeanFixture();
        var path = folder.Text("f.csv", file.Split('|'));
        var error = Assert.Throws<LakeException>(() => LeanFactors.Splits(path, First, Day, Calendar.NextTradingDay, Unexpected));
        Assert.StartsWith($"{path} {what}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    // the holder on the day, whatever its file is called
    [InlineData("new: 20150518,old,Q 20210608,old,Q 20501231,new,Q", "old", "2021-06-08", "new")]
    [InlineData("new: 20150518,old,Q 20210608,old,Q 20501231,new,Q", "new", "2021-06-09", "new")]
    // data under the name of later or of before
    [InlineData("new: 20150518,old,Q 20210608,old,Q 20501231,new,Q", "new", "2021-06-08", "new")]
    [InlineData("new: 20150518,old,Q 20210608,old,Q 20501231,new,Q", "old", "2021-06-09", "new")]
    // a name that two shares had, one after the other
    [InlineData("oih: 20111221,oih,P 20501231,oih,P|oih.1: 20010102,oih,A 20111220,oih,A", "oih", "2011-12-20", "oih.1")]
    [InlineData("oih: 20111221,oih,P 20501231,oih,P|oih.1: 20010102,oih,A 20111220,oih,A", "oih", "2011-12-21", "oih")]
    // delisted: on its last day, and when it goes on elsewhere
    [InlineData("gone: 20010102,gone,N 20210521,gone,N", "gone", "2021-05-21", "gone")]
    [InlineData("gone: 20010102,gone,N 20210521,gone,N", "gone", "2021-05-24", "gone")]
    // not there yet, and without any map
    [InlineData("late: 20210601,late,N 20501231,late,N", "late", "2021-05-21", "")]
    [InlineData("late: 20210601,late,N 20501231,late,N", "other", "2021-05-21", "")]
    public void A_name_of_a_day_is_a_share_s(string files, string symbol, string date, string share)
    {
        using var folder = new LeanFixture();
        var paths = files.Split('|').Select(file => file.Split(": "))
            .ToDictionary(file => file[0], file => folder.Text($"{file[0]}.csv", file[1].Split(' ')));
        var faults = new LeanFaults();
        Assert.Equal(share, new LeanMaps(paths, new HashSet<string>(), faults).Of(symbol, DateOnly.Parse(date))?.Name ?? "");
        Assert.Empty(faults.Bad);
    }

    [Theory]
    [InlineData("new: 20, 21, 24", "20:new 21:new", "new")]
    [InlineData("old: 19, 20, 21, 24", "19:old 20:old 21:old", "old")]
    // each file has the days of its name
    [InlineData("old: 19, 20|new: 21, 24", "19:old 20:old 21:new", "new")]
    // both have all: the name of the day counts
    [InlineData("old: 19, 20, 21, 24|new: 19, 20, 21, 24", "19:old 20:old 21:new", "new")]
    // bars of a day on which another share had the name
    [InlineData("old: 19, 20|new: 17, 18, 19, 21, 24", "19:old 20:old 21:new", "new")]
    // not in the order of time
    [InlineData("old: 20, 19|new: 24, 21, 25", "19:old 20:old 21:new", "new")]
    public void A_history_is_found_under_all_names_of_a_share(string bars, string closes, string mark)
    {
        using var folder = new LeanFixture();
        var prices = new Dictionary<string, int> { ["old"] = 10_000, ["new"] = 20_000 };
        foreach (var file in bars.Split('|').Select(file => file.Split(": ")))
            folder.Zip($"equity/usa/daily/{file[0]}.zip", string.Concat(
                file[1].Split(", ").Select(day => $"202105{day} 00:00,1,1,1,{prices[file[0]] + int.Parse(day)},100\n")));
        folder.Text("equity/usa/map_files/new.csv", "20150518,old,Q", "20210520,old,Q", "20501231,new,Q");
        folder.Text("equity/usa/map_files/new.1.csv", "20100104,new,N", "20210519,new,N");
        folder.Zip("equity/usa/tick/new/20210524_trade.zip", "34200000,10000,1,P,0,0\n");
        var (lean, faults) = (new LeanFolder(folder.Root, Day), new LeanFaults());
        var maps = new LeanMaps(lean.Maps, lean.Symbols().ToHashSet(), faults);
        var found = LeanHistory.Closes(lean, Assert.Single(lean.Equities(maps, faults)), maps, Day, faults);
        Assert.Equal(closes, string.Join(' ', found.Before.Select(close => $"{close.Date.Day}:{Of(close.Close, close.Date)}")));
        Assert.Equal(mark, Of(found.OnTheDay!.Value, Day));

        string Of(long close, DateOnly date) => prices.Single(price => close == (price.Value + date.Day) * 100L).Key;
    }

    [Fact]
    public void A_share_under_two_names_on_a_day_is_one()
    {
        using var folder = new LeanFixture();
        folder.Text("equity/usa/map_files/new.csv", "20150518,old,Q", "20210524,old,Q", "20501231,new,Q");
        folder.Zip("equity/usa/tick/old/20210524_trade.zip", "");
        folder.Zip("equity/usa/tick/NEW/20210524_trade.zip", "");
        folder.Zip("equity/usa/minute/new/20210524_quote.zip", "");
        var (lean, faults) = (new LeanFolder(folder.Root, Day), new LeanFaults());
        var share = Assert.Single(lean.Equities(new(lean.Maps, lean.Symbols().ToHashSet(), faults), faults));
        Assert.Equal("old", share.Symbol);
        Assert.EndsWith("old/20210524_trade.zip", share.TradeTicks, StringComparison.Ordinal);
        Assert.EndsWith("new/20210524_quote.zip", share.QuoteBars, StringComparison.Ordinal);
        Assert.Contains("old and new are one share", Told(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_map_file_is_a_fault_of_the_day_where_it_has_a_name_of_the_day()
    {
        using var folder = new LeanFixture();
        var symbols = new HashSet<string> { "a", "b" };
        var paths = new[] { "a.1", "c", "d" }.ToDictionary(name => name, name => folder.Text($"{name}.csv", name == "c" ? "20200102,b,N" : "20200102,x,N", "20200103"));
        var faults = new LeanFaults();
        Assert.Null(new LeanMaps(paths, symbols, faults).Of("b", Day));
        Assert.Equal([$"{paths["a.1"]} line 2", $"{paths["c"]} line 2"], faults.Bad.Select(line => line.Split(": ")[0]));
    }

    static string Told(LeanFaults faults)
    {
        var told = new List<string>();
        faults.Settle(skipBad: false, told.Add);
        return string.Join('\n', told);
    }

    static void Unexpected(string remark) => Assert.Fail(remark);
}
