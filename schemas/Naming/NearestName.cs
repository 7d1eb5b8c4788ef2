namespace Dart.Lake.Schemas.Naming;

/// <summary>What somebody may have meant who wrote a name that is not known.</summary>
public static class NearestName
{
    const int Longest = 200;

    /// <summary>Of the known names the one with the fewest changed letters; the first of equal ones. Null: none is known.</summary>
    public static string? Of(string written, IEnumerable<string> known) =>
        known.Order(StringComparer.Ordinal).MinBy(name => Distance(written, name));

    /// <summary>How many letters are to be changed, added or taken out (Levenshtein's distance, with one row).</summary>
    public static int Distance(string a, string b)
    {
        if (a.Length > Longest)
            a = a[..Longest];
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
