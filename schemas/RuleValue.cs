namespace Dart.Lake.Schemas;

/// <summary>
/// A column's value as row rules see it: null, a text, a whole number (a decimal's
/// unscaled integer, microseconds, days, 0 or 1) or a double. No allocation.
/// </summary>
public readonly record struct RuleValue
{
    enum Form : byte
    {
        Null,
        Text,
        Whole,
        Real,
    }

    readonly Form form;
    readonly string? text;
    readonly Int128 whole;
    readonly double real;

    RuleValue(Form form, string? text = null, Int128 whole = default, double real = 0) =>
        (this.form, this.text, this.whole, this.real) = (form, text, whole, real);

    public static RuleValue Null => default;

    public static RuleValue Of(string? text) => text is null ? default : new(Form.Text, text);

    public static RuleValue Of(Int128 whole) => new(Form.Whole, whole: whole);

    public static RuleValue Of(double real) => new(Form.Real, real: real);

    public bool IsNull => form == Form.Null;

    /// <summary>The text; Bug when it is none.</summary>
    public string Text => form == Form.Text ? text! : throw LakeException.Bug("a row rule wants a text here");

    /// <summary>The whole number; Bug when it is none.</summary>
    public Int128 Whole => form == Form.Whole ? whole : throw LakeException.Bug("a row rule wants a whole number here");

    public double Real => form == Form.Real ? real : throw LakeException.Bug("a row rule wants a double here");
}
