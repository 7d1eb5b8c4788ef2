using System.Text.RegularExpressions;
using Dart.Lake.Schemas;

namespace Dart.Lake.House.Tests;

/// <summary>
/// docs/extending.md names all that one touches to add something; that its paths exist is held with those of all documents.
/// </summary>
public partial class ExtendingTests
{
    const string Page = "docs/extending.md", Column = "A column from producer to mart";

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+){3,}$", RegexOptions.ExplicitCapture)]
    private static partial Regex TestName();

    [GeneratedRegex(@"\b(void|Task) (?<name>[A-Z]\w*)\(", RegexOptions.ExplicitCapture)]
    private static partial Regex Method();

    [GeneratedRegex(@"^\d+\. ", RegexOptions.ExplicitCapture)]
    private static partial Regex Step();

    /// <summary>Text by heading.</summary>
    static IReadOnlyDictionary<string, string> Parts { get; } = Repository.Read(Page).Split("\n## ").Skip(1)
        .ToDictionary(part => part.Split('\n')[0], part => part, StringComparer.Ordinal);

    static HashSet<string> Tests { get; } = [.. Repository.With(".cs").Where(f => f.StartsWith("tests/", StringComparison.Ordinal))
        .SelectMany(f => Method().Matches(Repository.Read(f))).Select(m => m.Groups["name"].Value)];

    [Fact]
    public void What_is_added_often_has_a_part() =>
        Assert.Equal([Column, "A mart", "A topic", "A verb", "An audit", "An engine"], Parts.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_test_that_the_page_names_exists() => Repository.None(
        from part in Parts
        from name in TestNames(part.Value)
        where !Tests.Contains(name)
        select $"{part.Key}: {name}", "there is no such test");

    [Fact]
    public void Every_part_has_files_in_order_and_a_test_that_fails_until_it_is_whole() => Repository.None(
        from part in Parts
        where Paths(part.Value).Count < 2 || !part.Value.Contains("fails", StringComparison.Ordinal) || !TestNames(part.Value).Any()
        select part.Key, "say what to touch and which test fails");

    /// <summary>
    /// Follows the page for a column: a list of all columns of an event, or of all but one that it has not heard of, is a file that
    /// one has to touch, so the page names it. What only copies and compares follows the contract and has no list.
    /// </summary>
    [Fact]
    public void No_list_of_an_events_columns_is_missing_from_the_page()
    {
        // Times are often written apart from the rest.
        var columns = TableContracts.Get("bronze.trades").Columns.Where(c => !c.Name.StartsWith('_') && c.Type.Kind != ColumnKind.Timestamptz)
            .Select(c => c.Name.Replace("_", "", StringComparison.Ordinal)).ToList();
        var named = Paths(Parts[Column]).Concat(Paths(Parts["A mart"])).ToHashSet(StringComparer.Ordinal);
        Repository.None(
            from file in Repository.ProductCode.Concat(Repository.With(".sql", ".yml", ".avsc"))
            where !named.Contains(file)
            let words = Words(file)
            where columns.Count(column => !words.Contains(column)) <= 1
            select file, $"it names the columns of bronze.trades: let it follow the contract, or name it in {Page}");
    }

    /// <summary>A column of today is in every file that the page says a column must be in.</summary>
    [Fact]
    public void A_column_of_today_is_where_the_page_says() => Repository.None(
        from line in Parts[Column].Split('\n').Where(l => Step().IsMatch(l) && !l.Contains("below", StringComparison.Ordinal))
        from file in Paths(line)
        where !Words(file).Contains("fee")
        select file, "the page lets one touch it for a column, but 'fee' is not in it");

    /// <summary>Words of a file, in small letters and without underscores, since C# spells columns in its own way.</summary>
    static HashSet<string> Words(string file) =>
        [.. Word().Matches(Repository.Read(file)).Select(m => m.Value.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant())];

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    static IReadOnlyList<string> Paths(string text) =>
        [.. Checkout.Spans(text).Where(s => Repository.Files.Contains(s, StringComparer.Ordinal)).Distinct(StringComparer.Ordinal)];

    static IEnumerable<string> TestNames(string text) => Checkout.Spans(text).Where(s => TestName().IsMatch(s));
}
