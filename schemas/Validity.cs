namespace Dart.Lake.Schemas;

/// <summary>Until when a reference record holds.</summary>
public static class Validity
{
    /// <summary>9999-12-31 23:59:59 UTC, microseconds since 1970: a validity that ends then or later has no end.</summary>
    public const long OpenFrom = 253_402_300_799_000_000;

    /// <summary>The end, or null when it is open.</summary>
    public static long? End(long? validTo) => validTo < OpenFrom ? validTo : null;
}
