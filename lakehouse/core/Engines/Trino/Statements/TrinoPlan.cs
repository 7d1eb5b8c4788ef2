using System.Text.Json;

namespace Dart.Lake.Lakehouse.Engines.Trino.Statements;

/// <summary>What a query would read, as Trino itself has understood it (<c>EXPLAIN (TYPE LOGICAL, FORMAT JSON)</c>).</summary>
static class TrinoPlan
{
    public const string Question = "EXPLAIN (TYPE LOGICAL, FORMAT JSON) ";

    /// <summary>A plan has a level for each of its steps.</summary>
    const int MostDepth = 2000;

    /// <summary>Steps without any below them that read no table.</summary>
    static readonly HashSet<string> readNothing = new(StringComparer.Ordinal) { "Values", "RemoteSource", "RemoteMerge" };

    /// <summary>
    /// Each table that it reads, as <c>catalog:namespace.table$data@snapshot</c> and perhaps more behind a blank. What reads something else
    /// (a table function, a kind of step that is not known here) stands with the name of the step.
    /// </summary>
    /// <exception cref="LakeException">Unavailable: it is no plan.</exception>
    public static IReadOnlySet<string> Reads(string json)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var plan = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostDepth });
            foreach (var fragment in plan.RootElement.EnumerateObject())
                Walk(fragment.Value, found);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw LakeException.Unavailable($"Trino describes a plan in a way that this program does not know: {e.Message}", e);
        }
        return found;
    }

    static void Walk(JsonElement step, HashSet<string> found)
    {
        var (name, below) = (step.GetProperty("name").GetString()!, step.GetProperty("children"));
        var about = step.GetProperty("descriptor");
        if (about.TryGetProperty("table", out var table))
            found.Add(table.GetString()!);
        else if (name.StartsWith("TableFunction", StringComparison.Ordinal))
        {
            // the one that makes its rows out of its arguments
            if (!about.TryGetProperty("name", out var function) || function.GetString() != "sequence")
                found.Add($"{name} {(function.ValueKind == JsonValueKind.String ? function.GetString() : "")}".TrimEnd());
        }
        else if (below.GetArrayLength() == 0 && !readNothing.Contains(name))
            found.Add(name);
        foreach (var child in below.EnumerateArray())
            Walk(child, found);
    }
}
