using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>What the hot job could know of a day at its cut, as the day's first publication found it.</summary>
/// <param name="HadSameRows">Whether the day was first built from exactly the rows that the hot job had.</param>
/// <param name="Unknown">How many accounts and positions hang on reference records that it had not.</param>
/// <param name="Lines">What a reader is told of it.</param>
sealed record HotKnowledge(bool HadSameRows, decimal Unknown, IReadOnlyList<ReconcileLine> Lines)
{
    public const string Table = "gold.reconciliation";

    /// <summary>The check under which the models say it; its subject is an account, or an account and an instrument.</summary>
    public const string Check = "not_known_to_hot";

    public static HotKnowledge All { get; } = new(true, 0, []);

    public static async Task<HotKnowledge> ReadAsync(Ask ask, DaySql day, CancellationToken cancel)
    {
        var row = (await ask($"""
            SELECT count(CASE WHEN check_name = 'hot_positions' AND status = 'INFO' THEN 1 END),
                count(CASE WHEN right_name = 'ops.hot_close, ACCOUNT' THEN 1 END), count(CASE WHEN right_name = 'ops.hot_close, POSITION' THEN 1 END),
                min(CASE WHEN check_name = '{Check}' THEN concat(left_name, ' of ', subject) END)
            FROM {Table} WHERE trade_date = {day.Date} AND check_name IN ('hot_positions', '{Check}')
            """, cancel))[0];
        var (accounts, positions) = (SourceComparisons.Number(row[1]), SourceComparisons.Number(row[2]));
        if (SourceComparisons.Number(row[0]) > 0)
            return new(false, 0, [NotCompared("the day was first built with rows that came after the hot job's cut: its numbers of the cut are not compared")]);
        return accounts + positions == 0 ? All : new(true, accounts + positions, [
            NotCompared($"{accounts} accounts and {positions} positions hang on reference records that were not known to hot at the cut, the first: {row[3]}; they are not compared with it"),
        ]);
    }

    /// <summary>The comparison without what the hot job could not know.</summary>
    public Comparison Without(Comparison comparison, DaySql day) => Unknown == 0 ? comparison : comparison with
    {
        Sql = $"""
            SELECT c.* FROM ({comparison.Sql}) c WHERE NOT EXISTS (
                SELECT 1 FROM {Table} n WHERE n.trade_date = {day.Date} AND n.check_name = '{Check}' AND n.right_name = 'ops.hot_close, {(comparison.EachSubject ? "ACCOUNT" : "POSITION")}'
                    AND (n.subject = c.subject OR n.right_name = 'ops.hot_close, POSITION' AND position(concat(n.subject, ' ') IN c.subject) = 1))
            """,
    };

    static ReconcileLine NotCompared(string why) => ReconcileLine.NotCompared("hot", LakeNames.HotClose, LakeNames.Gold, why);
}
