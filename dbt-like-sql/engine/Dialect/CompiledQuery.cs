using System.Globalization;
using System.Text.RegularExpressions;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Dialect;

/// <summary>A template's one query, which knows the lines of its file.</summary>
/// <param name="From">What was rendered.</param>
/// <param name="Start">Where the query begins in it.</param>
/// <param name="Sql">The query, without the semicolon.</param>
internal sealed partial record CompiledQuery(Rendered From, int Start, string Sql)
{
    public string File => From.Source.File;

    /// <summary>
    /// What the engine says of the query, with file and line. It counts lines of the statement into which a run has put the query, so the
    /// line is found by the picture of it that the engine draws; without one it is the query's first.
    /// </summary>
    /// <param name="day">The day that was built.</param>
    public LakeException Explained(LakeException e, DateOnly day) =>
        new(e.Kind, $"{File}:{From.LineOf(Start + (Shown(e) ?? 0))} ({day:yyyy-MM-dd}): {e.Message}", e);

    int? Shown(LakeException e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            if (Picture().Match(cause.Message) is { Success: true } match)
                return Find(match.Groups["sql"].Value.Trim(), int.Parse(match.Groups["line"].Value, CultureInfo.InvariantCulture));
        return null;
    }

    /// <summary>Of several lines that look alike the one of that number, else the first.</summary>
    int? Find(string picture, int line)
    {
        var wanted = picture.StartsWith("...", StringComparison.Ordinal) ? picture[3..] : picture;
        wanted = wanted.EndsWith("...", StringComparison.Ordinal) ? wanted[..^3] : wanted;
        var places = new List<int>();
        for (var at = wanted.Length == 0 ? -1 : Next(0); at >= 0; at = Next(at + 1))
            places.Add(at);
        foreach (var place in places)
            if (Sql.AsSpan(0, place).Count('\n') + 1 == line)
                return place;
        return places.Count == 0 ? null : places[0];

        int Next(int from) => Sql.IndexOf(wanted, from, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^LINE (?<line>[0-9]{1,9}): (?<sql>.*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Picture();
}
