using System.Text;
using System.Text.Json;

namespace Dart.Lake.Schemas;

/// <summary>
/// The contracts' words for the values of an enum of <c>EventKinds.cs</c>: <c>FX_FIXING</c> is <see cref="ReferenceKind.FxFixing"/>.
/// </summary>
public static class Symbols
{
    /// <summary>All words, by number.</summary>
    public static IReadOnlyList<string> Of<T>() where T : struct, Enum => Known<T>.Words;

    /// <summary>The word of a value.</summary>
    public static string Word<T>(this T value) where T : struct, Enum => Known<T>.Words[Array.IndexOf(Known<T>.Values, value)];

    /// <summary>The value of a word; null: no value of ours has it, and it stands for none of them.</summary>
    public static T? Read<T>(string? word) where T : struct, Enum =>
        Array.IndexOf(Known<T>.Words, word) is >= 0 and var i ? Known<T>.Values[i] : null;

    /// <summary>The value of a word in UTF-8; null: no value of ours has it, and it stands for none of them.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> word) where T : struct, Enum
    {
        var words = Known<T>.Utf8;
        for (var i = 0; i < words.Length; i++)
            if (word.SequenceEqual(words[i]))
                return Known<T>.Values[i];
        return null;
    }

    static class Known<T> where T : struct, Enum
    {
        public static readonly T[] Values = Enum.GetValues<T>();
        public static readonly string[] Words = [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseUpper.ConvertName)];
        public static readonly byte[][] Utf8 = [.. Words.Select(Encoding.UTF8.GetBytes)];
    }
}
