using System.Buffers.Text;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Takes the comma-separated fields of a line in order; a field that is missing or absurd is the line's error.</summary>
ref struct LeanFields(LeanLines lines)
{
    /// <summary>A million dollars, in LEAN's units of 1/10,000.</summary>
    const long HighestPrice = 10_000_000_000;

    const long LargestSize = 10_000_000_000;

    ReadOnlySpan<byte> rest = lines.Line;
    bool ended;

    /// <summary>Milliseconds since midnight with any parts of one, as microseconds; what is below a microsecond is cut off.</summary>
    public long Time() => Number("time", 86_400_000, places: 3, cut: true);

    /// <summary>A price, unscaled with 6 places; 0 where the side is not given.</summary>
    public long Price() => Number("price", HighestPrice, places: 2);

    /// <summary>A price, or null for an empty field.</summary>
    public long? OptionalPrice() => IsEmpty() ? Nothing() : Price();

    /// <summary>A size, unscaled with 4 places.</summary>
    public long Size() => Number("size", LargestSize, places: 4);

    /// <summary>A size, or null for an empty field.</summary>
    public long? OptionalSize() => IsEmpty() ? Nothing() : Size();

    /// <summary>0 or 1.</summary>
    public bool Flag() => Number("flag", 1, places: 0) == 1;

    /// <summary>The text of a field, at most so long.</summary>
    public ReadOnlySpan<byte> Text(string what, int longest)
    {
        var field = Next(what);
        return field.Length <= longest ? field : throw lines.Wrong($"its {what} has {field.Length} bytes, more than {longest}");
    }

    /// <summary>Nothing may follow.</summary>
    public readonly void End()
    {
        if (!ended)
            throw lines.Wrong("it has more fields than this kind of file");
    }

    /// <summary>A number from 0 to a limit, unscaled with so many places.</summary>
    long Number(string what, long most, int places, bool cut = false)
    {
        var field = Next(what);
        if (!Utf8Parser.TryParse(field, out long whole, out var used) || field[used..] is not ([] or [(byte)'.', ..]))
            throw lines.Wrong($"its {what} '{Shown(field)}' is no number");
        ReadOnlySpan<byte> digits = field[used..] is [_, .. var after] ? after.TrimEnd((byte)'0') : [];
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            throw lines.Wrong($"its {what} '{Shown(field)}' is no number");
        if (digits.Length > places && !cut)
            throw lines.Wrong($"its {what} {Shown(field)} has more than {places} decimal places");
        if (whole < 0 || field[0] == '-' || whole > most || (whole == most && !digits.IsEmpty))
            throw lines.Wrong($"its {what} {Shown(field)} is not between 0 and {most}");
        for (var i = 0; i < places; i++)
            whole = whole * 10 + (i < digits.Length ? digits[i] - '0' : 0);
        return whole;
    }

    readonly bool IsEmpty() => rest.IsEmpty || rest[0] == ',';

    long? Nothing()
    {
        Next("field");
        return null;
    }

    ReadOnlySpan<byte> Next(string what)
    {
        if (ended)
            throw lines.Wrong($"it ends before its {what}");
        var comma = rest.IndexOf((byte)',');
        var field = comma < 0 ? rest : rest[..comma];
        ended = comma < 0;
        rest = comma < 0 ? [] : rest[(comma + 1)..];
        return field;
    }

    static string Shown(ReadOnlySpan<byte> field) => System.Text.Encoding.ASCII.GetString(field.Length > 40 ? field[..40] : field);
}
