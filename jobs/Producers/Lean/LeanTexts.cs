using Dart.Lake.Jobs.Producers.Encoding;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>
/// Venues and conditions as texts that are encoded once. There are few of either; a file with thousands is no market data.
/// </summary>
sealed class LeanTexts
{
    const int Most = 4_096;

    /// <summary>
    /// LEAN's letters for US exchanges (the codes of the SIP plans, as in QuantConnect.Exchange) and their MICs (ISO 10383).
    /// </summary>
    static readonly Dictionary<byte, EncodedText> Exchanges = new()
    {
        [(byte)'A'] = new("XASE"),
        [(byte)'B'] = new("XBOS"),
        [(byte)'C'] = new("XCIS"),
        [(byte)'D'] = new("FINN"),
        [(byte)'I'] = new("XISX"),
        [(byte)'J'] = new("EDGA"),
        [(byte)'K'] = new("EDGX"),
        [(byte)'M'] = new("XCHI"),
        [(byte)'N'] = new("XNYS"),
        [(byte)'P'] = new("ARCX"),
        [(byte)'Q'] = new("XNAS"),
        [(byte)'T'] = new("XNAS"),
        [(byte)'V'] = new("IEXG"),
        [(byte)'W'] = new("CBSX"),
        [(byte)'X'] = new("XPHL"),
        [(byte)'Y'] = new("BATY"),
        [(byte)'Z'] = new("BATS"),
    };

    readonly Dictionary<uint, EncodedText> conditions = [];

    /// <summary>MIC of an exchange letter; null for an empty field.</summary>
    public static EncodedText? Exchange(ReadOnlySpan<byte> letter, LeanLines lines) => letter switch
    {
        [] => null,
        [var code] when Exchanges.TryGetValue(code, out var mic) => mic,
        _ => throw lines.Wrong($"its exchange '{System.Text.Encoding.ASCII.GetString(letter)}' is not known"),
    };

    /// <summary>MIC of a primary exchange; the New York Stock Exchange where none is said.</summary>
    public static EncodedText Primary(string? letter) =>
        letter is not null && Exchanges.TryGetValue((byte)letter[0], out var mic) ? mic : Exchanges[(byte)'N'];

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
}
