using System.Text.RegularExpressions;

namespace Dart.Lake.Lakehouse.Engines.Spark.Statements;

/// <summary>What a query would read, as Spark itself has understood it (its analyzed plan, before anything is optimized away).</summary>
static partial class SparkPlan
{
    const string Begin = "== Analyzed Logical Plan ==\n", End = "\n== Optimized Logical Plan ==\n";

    /// <summary>Steps without any below them that read no table.</summary>
    static readonly HashSet<string> readNothing = new(StringComparer.Ordinal)
    {
        "OneRowRelation", "LocalRelation", "Range", "CTERelationRef", "UnionLoopRef",
    };

    /// <summary>A step: how deep it lies, and what it is.</summary>
    [GeneratedRegex(@"^(?<depth>(:  |   )*)[:+]- (?<step>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Step();

    [GeneratedRegex(@"^RelationV2(\[.*\])? (?<table>\S+)(?<state> VERSION AS OF '[^']*')?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Table();

    [GeneratedRegex(@"^\w+", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();

    /// <summary>
    /// Each table that it reads, as <c>catalog.namespace.table</c> and, when the statement says one, <c> VERSION AS OF 'snapshot'</c>. A
    /// step that is not known here stands as Spark shows it. Texts of a statement that look like steps may make it more, never less.
    /// </summary>
    /// <param name="explained">Of a query in brackets, so that the uppermost step is none that reads.</param>
    /// <exception cref="LakeException">Unavailable: it is no plan.</exception>
    public static IReadOnlySet<string> Reads(string explained)
    {
        var (from, to) = (explained.IndexOf(Begin, StringComparison.Ordinal), explained.LastIndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from || Steps(explained[(from + Begin.Length)..to]) is not [_, ..] steps)
            throw LakeException.Unavailable("Spark describes a plan in a way that this program does not know");
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < steps.Count; i++)
        {
            var (depth, step) = steps[i];
            var isLast = i + 1 == steps.Count || steps[i + 1].Depth <= depth;
            if (Table().Match(step) is { Success: true } table)
                found.Add($"{table.Groups["table"].Value}{table.Groups["state"].Value}");
            else if (step.StartsWith("RelationV2", StringComparison.Ordinal) || isLast && !readNothing.Contains(Word().Match(step).Value))
                found.Add(step);
        }
        return found;
    }

    /// <summary>Lines that are no steps are the columns, or belong to texts of the statement.</summary>
    static IReadOnlyList<(int Depth, string Step)> Steps(string plan) =>
    [
        .. plan.Split('\n').Select(line => Step().Match(line)).Where(step => step.Success)
            .Select(step => (step.Groups["depth"].Length, step.Groups["step"].Value)),
    ];
}
