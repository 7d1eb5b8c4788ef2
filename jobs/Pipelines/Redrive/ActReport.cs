namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>What an act has done.</summary>
/// <param name="Moved">Records by the table that has them now, or takes them in the next run; those that were dropped by their own.</param>
/// <param name="Stays">Records that were chosen and cannot be released.</param>
public sealed record ActReport(IReadOnlyDictionary<string, long> Moved, IReadOnlyList<Stays> Stays)
{
    public static ActReport Nothing { get; } = new(new Dictionary<string, long>(), []);

    public long Count => Moved.Values.Sum();
}
