using System.Buffers;
using Dart.Lake.Jobs.Producers.Encoding;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>
/// Venues and conditions as texts that are encoded once. There are few of either; a file with thousands is no market data.
/// </summary>
sealed class LeanTexts
{
    const int Most = 4_096;

    static readonly SearchValues<byte> CodeBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ "u8);

    /// <summary>
    /// LEAN's codes of US exchanges (QuantConnect.Exchange: the letters of the SIP plans, and words) and their MICs (ISO 10383).
    /// </summary>
    static readonly Dictionary<string, EncodedText> Exchanges = Codes(
        ("XASE", "A AMEX"), ("XBOS", "B BB BOSTON NASDAQ_BX"), ("XCIS", "C NSX NSE"), ("FINN", "D FINRA"), ("EPRL", "H MP MIAX_PEARL"),
        ("XISX", "I ISE"), ("EDGA", "J EDGA"), ("EDGX", "K EDGX"), ("LTSE", "L LTSE"), ("XCHI", "M CSE"), ("XNYS", "N NYSE"), ("ARCX", "P ARCA"),
        ("XNAS", "Q T NASDAQ NASDAQ_OMX"), ("MEMX", "U MM MEMX"), ("IEXG", "V IEX"), ("CBSX", "W CBOE"), ("XPHL", "X NASDAQ_PSX"),
        ("BATY", "Y BATS_Y BYX"), ("BATS", "Z BATS BATS_Z"));

    static readonly EncodedText?[] ByLetter = [.. Enumerable.Range(0, 128).Select(letter => Find(((char)letter).ToString()))];

    readonly Dictionary<uint, EncodedText> conditions = [];

    /// <summary>
    /// MIC of an exchange code. Null for an empty field, and for a code that is no exchange's or not known
    /// (S, the consolidated tape itself): the venue is not known, and LEAN reads such a line too.
    /// </summary>
    public static EncodedText? Exchange(ReadOnlySpan<byte> code, LeanLines lines)
    {
        var text = code.Trim((byte)' ');
        if (text.ContainsAnyExcept(CodeBytes))
            throw lines.Wrong($"its exchange '{System.Text.Encoding.ASCII.GetString(text)}' is no code of one");
        return text switch
        {
            [] => null,
            [var letter] => ByLetter[letter],
            _ => Find(System.Text.Encoding.ASCII.GetString(text)),
        };
    }

    /// <summary>MIC of a primary exchange; the New York Stock Exchange where none is said or known.</summary>
    public static EncodedText Primary(string? code) => (code is null ? null : Find(code)) ?? Exchanges["N"];

    /// <summary>A sale condition as it stands: a hexadecimal bit field; null for an empty field.</summary>
    public EncodedText? Condition(ReadOnlySpan<byte> text, LeanLines lines)
    {
        if (text.IsEmpty)
            return null;
        if (!System.Buffers.Text.Utf8Parser.TryParse(text, out uint bits, out var used, 'x') || used != text.Length)
            throw lines.Wrong($"its condition '{System.Text.Encoding.ASCII.GetString(text)}' is no hexadecimal number");
        if (conditions.TryGetValue(bits, out var known))
            return known;
        if (conditions.Count == Most)
            throw lines.Wrong($"more than {Most} different conditions");
        return conditions[bits] = new EncodedText(System.Text.Encoding.ASCII.GetString(text));
    }

    static EncodedText? Find(string code) => Exchanges.GetValueOrDefault(code.Trim().ToUpperInvariant().Replace(' ', '_'));

    static Dictionary<string, EncodedText> Codes(params (string Mic, string Codes)[] exchanges) => (
        from exchange in exchanges
        let mic = new EncodedText(exchange.Mic)
        from code in exchange.Codes.Split(' ')
        select (code, mic)).ToDictionary(StringComparer.Ordinal);
}
