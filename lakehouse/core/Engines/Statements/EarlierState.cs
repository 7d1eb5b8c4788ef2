using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Engines.Statements;

/// <summary>The state of a lake that a word of <c>--as-of</c> names, for engines that are told it table by table.</summary>
sealed class EarlierState
{
    readonly IReadOnlyDictionary<TableIdent, Table> tables;
    readonly NamedState state;
    readonly HashSet<string> remarks = new(StringComparer.Ordinal);

    EarlierState(IReadOnlyDictionary<TableIdent, Table> tables, NamedState state, string word) =>
        (this.tables, this.state, Word) = (tables, state, word);

    public string Word { get; }

    /// <summary>Which tables are read in another state than the one that was asked for.</summary>
    public IReadOnlyCollection<string> Remarks => remarks;

    /// <param name="lake">Its catalog, as the engine has it, too.</param>
    /// <param name="scan">Finds when a tag was made.</param>
    /// <param name="word">As of <c>--as-of</c>.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Invalid: the word could be several things.</exception>
    public static async Task<EarlierState> FindAsync(ICatalog lake, TableScan scan, string word, CancellationToken cancel)
    {
        var found = (await lake.SurveyAsync(cancel)).Tables;
        return new(found, NamedState.Find(word, [.. found.Values], scan), word);
    }

    /// <summary>The statement with the snapshot behind each name that looks like a table, and those snapshots.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="tokens">Its parts.</param>
    /// <param name="catalog">The lake's name in the engine.</param>
    /// <param name="clause">How the engine's dialect says a snapshot.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Invalid: a table has no such state.</exception>
    public async Task<(string Sql, IReadOnlyDictionary<TableIdent, long> Snapshots)> WriteAsync(
        string sql, IReadOnlyList<SqlToken> tokens, string catalog, Func<long, string> clause, CancellationToken cancel)
    {
        var named = new HashSet<TableIdent>();
        TableNames.At(sql, tokens, catalog, (ns, name) =>
        {
            if (Find(ns, name, tables.Keys) is { } table)
                named.Add(table);
            return null;
        });
        var snapshots = new Dictionary<TableIdent, long>();
        foreach (var ident in named)
        {
            var (options, says) = await state.OfAsync(tables[ident], cancel);
            if (TimeTravel.Choose(tables[ident], options).Snapshot is { } snapshot)
                snapshots[ident] = snapshot.SnapshotId;
            if (says is not null)
                remarks.Add(says);
        }
        var written = TableNames.At(
            sql, tokens, catalog, (ns, name) => Find(ns, name, snapshots.Keys) is { } table ? clause(snapshots[table]) : null);
        return (written, snapshots);
    }

    static TableIdent? Find(string ns, string name, IEnumerable<TableIdent> among) => new TableIdent(ns, name).FindIn(among);
}
