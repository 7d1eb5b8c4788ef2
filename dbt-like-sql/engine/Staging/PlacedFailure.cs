using System.Globalization;
using System.Text.RegularExpressions;
using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Staging;

/// <summary>
/// What Trino or Spark says of a statement counts the statement's lines and columns, which its author has never seen. Here the line itself
/// takes their place, as DuckDB draws it, so that a model's file and line can be told.
/// </summary>
static partial class PlacedFailure
{
    /// <summary>The same failure without the place, which its cause has as a picture.</summary>
    /// <param name="failure">Of an engine.</param>
    /// <param name="statement">As it was sent.</param>
    public static LakeException Of(LakeException failure, string statement)
    {
        if (Place().Match(failure.Message) is not { Success: true } place)
            return failure;
        var line = int.Parse(place.Groups["line"].Value, CultureInfo.InvariantCulture);
        if (statement.Split('\n').ElementAtOrDefault(line - 1) is not { } text || string.IsNullOrWhiteSpace(text))
            return failure;
        // the query begins in the statement's second line
        var picture = new LakeException(failure.Kind, $"LINE {line - 1}: {text.Trim()}", failure);
        return new(failure.Kind, failure.Message.Remove(place.Index, place.Length), picture)
        {
            OutcomeIsUnknown = failure.OutcomeIsUnknown,
        };
    }

    [GeneratedRegex(@"^line (?<line>[0-9]{1,9}):[0-9]{1,9}: |, line (?<line>[0-9]{1,9}),? pos [0-9]{1,9}(?= \()", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Place();
}
