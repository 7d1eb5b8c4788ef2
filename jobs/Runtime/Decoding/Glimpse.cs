namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>A record as far as it can be decoded.</summary>
/// <param name="Fields">Names and values in the order of the writer, up to the first that cannot be read; null for a null.</param>
/// <param name="Failure">What is wrong with what follows them, or with one of them; null: nothing.</param>
/// <param name="Rest">The bytes that were not read.</param>
public sealed record Glimpse(IReadOnlyList<KeyValuePair<string, string?>> Fields, string? Failure, byte[] Rest)
{
    internal static Glimpse None(string failure, ReadOnlySpan<byte> rest) => new([], failure, rest.ToArray());
}
