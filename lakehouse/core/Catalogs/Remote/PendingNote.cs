using System.Data.Common;
using System.Text.Json;
using Dapper;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>
/// A note whose commit is under way: written down before the catalog is asked, and made rows of the ledger when the commit has happened,
/// by whoever finds it if its writer does not live to do it.
/// </summary>
/// <param name="Note">What becomes rows.</param>
/// <param name="Published">The days of tables that it publishes.</param>
/// <param name="At">When it was written down.</param>
/// <param name="Table">By whose snapshot it is seen whether the commit has happened; null: no table got one.</param>
/// <param name="Snapshot">That snapshot.</param>
sealed record PendingNote(
    RemoteNote Note, IReadOnlyList<PublishedTable> Published, DateTimeOffset At, TableIdent? Table, long? Snapshot)
{
    const string KeyStart = "pending-note:";

    string Key => $"{KeyStart}{Note.RunId}:{Note.Kind}:{Snapshot ?? At.UtcTicks}";

    public static PendingNote Of(CommitNote note, IReadOnlyList<PreparedTable> prepared, DateTimeOffset now)
    {
        var proof = prepared.FirstOrDefault(p => p.Changes && p.Next.Metadata.CurrentSnapshotId != p.Base.Metadata.CurrentSnapshotId);
        return new(
            RemoteNote.Of(note),
            note.Publishes(prepared.Select(p => p.Next)),
            now,
            proof?.Next.Ident,
            proof?.Next.Metadata.CurrentSnapshotId);
    }

    /// <summary>All that wait.</summary>
    public static IReadOnlyList<PendingNote> All(DbConnection connection) =>
    [
        .. connection.Query<string>("SELECT value FROM lake_meta WHERE key LIKE @like ORDER BY key", new { like = KeyStart + "%" })
            .Select(Read).OfType<PendingNote>().OrderBy(note => note.At),
    ];

    static PendingNote? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<PendingNote>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public bool Save(DbConnection connection) => connection.Execute(
        "INSERT INTO lake_meta (key, value) VALUES (@Key, @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        new { Key, value = JsonSerializer.Serialize(this) }) > 0;

    public bool Drop(DbConnection connection) => connection.Execute("DELETE FROM lake_meta WHERE key = @Key", new { Key }) > 0;

    /// <summary>Its rows, unless another has made them.</summary>
    public void Settle(DbConnection connection)
    {
        if (Drop(connection) && !Ledger.HasNote(connection, Note.ToNote()))
            Ledger.SaveNote(connection, Note.ToNote(), Published, At);
    }
}
