using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Positions and accounts that have no numbers, each told once when it loses them and once when it has them again.</summary>
sealed class LostNumbers(ILogger log)
{
    /// <summary>Names in <see cref="Words"/>; of more the number is told.</summary>
    const int MostNamed = 20;

    readonly SortedSet<string> told = new(StringComparer.Ordinal);

    /// <summary>Their names, or null when there are none.</summary>
    public string? Words => told.Count == 0
        ? null
        : $"{string.Join(", ", told.Take(MostNamed))}{(told.Count > MostNamed ? $" and {told.Count - MostNamed} others" : "")}";

    public void Tell(IReadOnlyCollection<string> lost)
    {
        if (lost.Count == 0 && told.Count == 0)
            return;
        foreach (var what in lost.Where(told.Add))
            log.Lost(what);
        foreach (var what in told.Except(lost, StringComparer.Ordinal).ToList())
        {
            told.Remove(what);
            log.Found(what);
        }
    }
}
