using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>Names tables and moves them from one metadata file to the next, several tables at once or none.</summary>
public interface ICatalog
{
    /// <summary>All tables, ordered by name.</summary>
    Task<IReadOnlyList<TableIdent>> ListAsync(CancellationToken cancel);

    /// <summary>The table as it is now, or null when there is none.</summary>
    Task<Table?> TryLoadAsync(TableIdent ident, CancellationToken cancel);

    /// <summary>All tables named, from one consistent read of the catalog. Absent ones are left out.</summary>
    Task<IReadOnlyDictionary<TableIdent, Table>> LoadAllAsync(IReadOnlyCollection<TableIdent> idents, CancellationToken cancel);

    /// <summary>All tables, from one consistent read of the catalog. One that cannot be loaded does not stop the others.</summary>
    Task<CatalogSurvey> SurveyAsync(CancellationToken cancel);

    /// <summary>Creates an empty table. Conflict when it exists.</summary>
    Task<Table> CreateAsync(TableIdent ident, TableDefinition definition, CancellationToken cancel);

    /// <summary>
    /// Commits all changes in one transaction. Each change is planned against the table's newest metadata, again at every
    /// try after a lost race; a plan that throws <see cref="LakeException"/> Conflict ends the commit. The note, if any,
    /// becomes a row of the ledger in the same transaction. A change whose fence does not hold ends the commit with Conflict. An unknown
    /// outcome is looked up before anything is repeated.
    /// </summary>
    /// <returns>The tables as committed, one per change.</returns>
    Task<IReadOnlyList<Table>> CommitAsync(IReadOnlyList<TableChange> changes, CommitNote? note, CancellationToken cancel);

    /// <summary>Takes names out; the tables' files stay.</summary>
    /// <returns>How many were there.</returns>
    Task<int> ForgetAsync(IReadOnlyCollection<TableIdent> idents, CancellationToken cancel);
}

/// <summary>
/// A row of the ledger that appears together with a commit:
/// <paramref name="Kind"/> is e.g. "publication", <paramref name="Body"/> JSON.
/// </summary>
public sealed record CommitNote(string RunId, string Kind, string Body)
{
    /// <summary>Days of models that this commit publishes; they replace rows of the same model and day.</summary>
    public IReadOnlyList<Interval> Intervals { get; init; } = [];

    /// <summary>
    /// Days of tables that this commit publishes; with the snapshots that hold them they replace rows of the same table and day.
    /// </summary>
    public IReadOnlyDictionary<TableIdent, IReadOnlyList<DateOnly>> Days { get; init; } =
        new Dictionary<TableIdent, IReadOnlyList<DateOnly>>();

    /// <summary>
    /// Tables whose names go with this commit, in the same transaction where the catalog can, else right after it; their files stay. When
    /// one is not there any more somebody has taken the writer for dead, and the commit ends with Conflict.
    /// </summary>
    public IReadOnlyCollection<TableIdent> Forgotten { get; init; } = [];

    /// <summary>The days of <see cref="Days"/> with the snapshots that hold them.</summary>
    /// <param name="committed">The tables as the commit leaves them.</param>
    internal IReadOnlyList<PublishedTable> Publishes(IEnumerable<Table> committed) =>
    [
        .. from table in committed
           let snapshot = table.Metadata.CurrentSnapshot
           where snapshot is not null
           from day in Days.GetValueOrDefault(table.Ident) ?? []
           select new PublishedTable(
               table.Ident, day, RunId, table.Metadata.TableUuid, snapshot.SnapshotId, snapshot.SequenceNumber),
    ];
}
