using System.Globalization;
using System.Text.RegularExpressions;

namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>What an answer says of its range: <c>bytes 0-99/1234</c> (RFC 9110, "Content-Range").</summary>
static partial class S3Range
{
    [GeneratedRegex(@"^bytes (?<from>[0-9]{1,18})-[0-9]{1,18}/(?<whole>[0-9]{1,18})$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();

    /// <exception cref="HttpIOException">The bytes are not those that were asked for: something between has dropped the range.</exception>
    /// <exception cref="LakeException">Corrupt: the object has another length.</exception>
    public static void Check(S3Location location, string? said, long from, long length)
    {
        if (Form().Match(said ?? "") is not { Success: true } form || Number(form, "from") != from)
            throw new HttpIOException(HttpRequestError.InvalidResponse, $"{location} was asked for from byte {from} on, and the answer is of '{said}'; see what stands between this machine and the service");
        if (Number(form, "whole") is var whole && whole != length)
            throw LakeException.Corrupt($"{location} has {whole} bytes, its manifest says {length}: it is not the file that was committed; restore it from a backup");
    }

    static long Number(Match form, string name) => long.Parse(form.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
}
