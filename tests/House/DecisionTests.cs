using System.Text.RegularExpressions;

namespace Dart.Lake.House.Tests;

/// <summary>
/// Decisions have one form: a file NNNN-title.md, a title <c># NNNN: sentence</c>, and the same sections in the same order.
/// </summary>
public partial class DecisionTests
{
    const string Folder = "docs/decisions/";

    static readonly string[] sections =
    [
        "**Problem.**", "**Goals.**", "**Non-goals.**", "**Decision.**", "**Alternatives.**", "**Cost.**",
        "**What would show that it was wrong.**",
    ];

    [GeneratedRegex(@"^\d{4}(?=-[a-z0-9]+(-[a-z0-9]+)*\.md$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    [GeneratedRegex(
        @"docs/decisions[ ,/]+(?<number>\d{4})|\b[Dd]ecisions? (?<number>\d{4})\b|\[(?<number>\d{4})\]\(",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\bRULES\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Rules();

    static IReadOnlyList<string> Decisions { get; } =
        [.. Repository.With(".md").Where(f => f.StartsWith(Folder, StringComparison.Ordinal))];

    static HashSet<string> Numbers { get; } = [.. Decisions.Select(NumberOf)];

    [Fact]
    public void Decisions_are_numbered_without_a_gap() =>
        Assert.Equal(Enumerable.Range(1, Decisions.Count).Select(n => $"{n:0000}"), Decisions.Select(NumberOf));

    [Fact]
    public void A_title_is_the_files_number_and_a_sentence() => Repository.None(
        from decision in Decisions
        let title = Repository.Lines(decision)[0]
        let head = $"# {NumberOf(decision)}: "
        where !title.StartsWith(head, StringComparison.Ordinal) || !char.IsUpper(title[head.Length]) || title.EndsWith('.')
        select $"{decision}: {title}", "a title is '# NNNN: A sentence' without a full stop");

    [Fact]
    public void A_decision_has_every_section_once_and_in_order() => Repository.None(
        from decision in Decisions
        let lines = Repository.Lines(decision).Where(l => l.StartsWith("**", StringComparison.Ordinal))
        let heads = lines.Select(l => l[..(l.IndexOf(".**", StringComparison.Ordinal) + 3)])
        where !heads.SequenceEqual(sections, StringComparer.Ordinal)
        select decision, string.Join(" ", sections));

    [Fact]
    public void A_decision_is_one_page() => Repository.None(Decisions.Where(d => Repository.Lines(d).Length > 50), "more than 50 lines");

    [Fact]
    public void A_decision_that_is_named_is_there() => Repository.None(
        from file in Repository.With(".cs", ".sql", ".yml", ".md", ".proto", ".avsc")
        from Match reference in Reference().Matches(Repository.Read(file))
        where !Numbers.Contains(reference.Groups["number"].Value)
        select $"{file}: {reference.Value}", "there is no such decision");

    /// <summary>Whoever reads code or a model has the checkout and nothing else.</summary>
    [Fact]
    public void What_is_referred_to_is_in_the_checkout() => Repository.None(
        from file in Repository.With(".cs", ".sql", ".yml", ".md", ".proto", ".avsc", ".json")
        where file != "tests/House/DecisionTests.cs" && Rules().IsMatch(Repository.Read(file))
        select file, "it refers to rules that the checkout does not have; name the decision");

    static string NumberOf(string decision) => Number().Match(decision[Folder.Length..]).Value;
}
