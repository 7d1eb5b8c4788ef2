using System.Globalization;
using System.Text.RegularExpressions;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>
/// What the name of a CSV in an option zip says:
/// <c>20151224_goog_minute_quote_american_call_4000000_20170120.csv</c>, the strike times 10,000.
/// </summary>
sealed partial record LeanOptionName(string Symbol, bool IsQuote, OptionTerms Terms)
{
    /// <summary>Symbol, expiry, right and strike × 1000, as options are named at the OCC.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture,
        $"{Symbol.ToUpperInvariant()}{Terms.Expiry:yyMMdd}{(Terms.Right == OptionRight.Call ? 'C' : 'P')}{Terms.Strike / 1_000:00000000}");

    /// <summary>Invalid when the name is another.</summary>
    public static LeanOptionName Parse(string path, string name)
    {
        var match = Pattern().Match(name);
        if (!match.Success
            || !DateOnly.TryParseExact(match.Groups["expiry"].ValueSpan, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var expiry))
            throw LakeException.Invalid($"{path} holds {name}, whose name says no option contract; get the file again");
        var symbol = match.Groups["symbol"].Value;
        var terms = new OptionTerms(symbol.ToUpperInvariant(), long.Parse(
            match.Groups["strike"].ValueSpan, CultureInfo.InvariantCulture) * 100, expiry,
            match.Groups["right"].Value == "call" ? OptionRight.Call : OptionRight.Put,
            match.Groups["style"].Value == "american" ? ExerciseStyle.American : ExerciseStyle.European);
        return new(symbol, match.Groups["kind"].Value == "quote", terms);
    }

    [GeneratedRegex(@"^\d{8}_(?<symbol>[a-z0-9.]{1,12})_minute_(?<kind>quote|trade)_(?<style>american|european)_(?<right>call|put)_(?<strike>\d{1,12})_(?<expiry>\d{8})\.csv$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Pattern();
}
