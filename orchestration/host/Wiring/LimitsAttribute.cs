namespace Dart.Lake.Host.Wiring;

/// <summary>What a number of the settings may be, both ends included; its flag takes the same.</summary>
[AttributeUsage(AttributeTargets.Property)]
sealed class LimitsAttribute(int from, int to) : Attribute
{
    public int From => from;

    public int To => to;

    /// <summary>0 is allowed beside them: it says that the number follows the machine.</summary>
    public bool OrZero { get; init; }

    /// <summary>Any number that there is.</summary>
    public bool IsAny => (from, to) == (int.MinValue, int.MaxValue);

    public bool Allow(long number) => number >= from && number <= to || OrZero && number == 0;

    public override string ToString() => IsAny ? "any whole number" : from == to ? $"{from}, the only one" : $"{(OrZero ? "0 or " : "")}{from} to {to}";
}
