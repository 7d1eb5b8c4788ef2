namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Comparisons that one table or file which cannot be read must not take the others along with.</summary>
internal static class Unread
{
    /// <summary>Runs a comparison: its lines, or as they are got.</summary>
    /// <param name="left">Where left values are from.</param>
    /// <param name="right">Where right values are from.</param>
    /// <param name="compare">The comparison.</param>
    public delegate Task<IReadOnlyList<ReconcileLine>> Step(string left, string right, Func<Task<IReadOnlyList<ReconcileLine>>> compare);

    /// <summary>What cannot be read ends it all.</summary>
    public static Task<IReadOnlyList<ReconcileLine>> Ends(
        string left, string right, Func<Task<IReadOnlyList<ReconcileLine>>> compare) => compare();

    /// <summary>What cannot be read is told in a line of its own.</summary>
    public static async Task<IReadOnlyList<ReconcileLine>> IsTold(
        string left, string right, Func<Task<IReadOnlyList<ReconcileLine>>> compare)
    {
        try
        {
            return await compare();
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Unavailable or LakeErrorKind.Corrupt)
        {
            return [ReconcileLine.NotCompared("values", left, right, e.Message) with { IsUnread = true }];
        }
    }
}
