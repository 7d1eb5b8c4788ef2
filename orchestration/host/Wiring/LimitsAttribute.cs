namespace Dart.Lake.Host.Wiring;

/// <summary>What a number of the settings may be, both ends included; its flag takes the same.</summary>
[AttributeUsage(AttributeTargets.Property)]
sealed class LimitsAttribute(int from, int to) : Attribute
{
    public int From => from;

    public int To => to;

    /// <summary>Any number that there is.</summary>
    public bool IsAny => (from, to) == (int.MinValue, int.MaxValue);

    public bool Allow(long number) => number >= from && number <= to;

    public override string ToString() => IsAny ? "any whole number" : from == to ? $"{from}, the only one" : $"{from} to {to}";
}
