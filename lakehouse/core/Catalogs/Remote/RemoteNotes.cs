using System.Data.Common;
using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>
/// The ledger beside a REST catalog, which cannot be written in the catalog's own transaction. A note is written down before the commit and
/// settled after it; it is in the summary of one of the commit's snapshots, too, so that a ledger that was lost is made again.
/// </summary>
static class RemoteNotes
{
    /// <summary>How long a commit that nobody has seen may still be under way.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>The note in the summary of the intent's snapshot.</summary>
    public static TableIntent Noted(TableIntent intent, CommitNote note) => intent with
    {
        Summary = new Dictionary<string, string>(intent.Summary, StringComparer.Ordinal)
        {
            [LakeNames.Note] = JsonSerializer.Serialize(RemoteNote.Of(note)),
        },
    };

    /// <summary>What the ledger lacks of what the tables tell.</summary>
    /// <param name="catalog">Has the tables.</param>
    /// <param name="database">Of the ledger.</param>
    /// <param name="isNew">The ledger is; the tables need not be.</param>
    /// <param name="now">When.</param>
    /// <param name="cancel">Ends it.</param>
    public static Task CompleteAsync(
        ICatalog catalog, CatalogDatabase database, bool isNew, DateTimeOffset now, CancellationToken cancel) =>
        isNew ? RebuildAsync(catalog, database, cancel) : SettleAsync(catalog, database, now, cancel);

    /// <summary>Makes rows of what has been committed and not been booked.</summary>
    static async Task SettleAsync(ICatalog catalog, CatalogDatabase database, DateTimeOffset now, CancellationToken cancel)
    {
        foreach (var pending in database.Read(PendingNote.All))
        {
            var happened = pending.Table is { } ident
                && await catalog.TryLoadAsync(ident, cancel) is { } table
                && (table.Metadata.FindSnapshot(pending.Snapshot!.Value) is not null
                    || table.Metadata.SnapshotLog.Any(entry => entry.SnapshotId == pending.Snapshot));
            if (happened || now - pending.At > Patience)
                await database.WriteAgainAsync(connection =>
                {
                    if (happened)
                        pending.Settle(connection);
                    else
                        pending.Drop(connection);
                    return true;
                }, cancel);
        }
    }

    /// <summary>Makes the rows of a ledger that is new beside tables that are not, as far as their snapshots tell.</summary>
    static async Task RebuildAsync(ICatalog catalog, CatalogDatabase database, CancellationToken cancel)
    {
        var tables = (await catalog.SurveyAsync(cancel)).Tables.Values;
        var notes = tables.SelectMany(table => table.Metadata.Snapshots)
            .Where(snapshot => snapshot.Summary.ContainsKey(LakeNames.Note))
            .OrderBy(snapshot => snapshot.TimestampMs)
            .ToList();
        foreach (var snapshot in notes)
            if (Read(snapshot.Summary[LakeNames.Note]) is { } note)
            {
                var at = DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs);
                await database.WriteAgainAsync(connection => Save(connection, note.ToNote(), tables, at), cancel);
            }
    }

    static bool Save(DbConnection connection, CommitNote note, IEnumerable<Table> tables, DateTimeOffset at)
    {
        if (Ledger.HasNote(connection, note))
            return false;
        var published = tables.Where(table => note.Days.ContainsKey(table.Ident)).SelectMany(table => table.Metadata.Snapshots
            .Where(snapshot => snapshot.Summary.GetValueOrDefault(LakeNames.Run) == note.RunId)
            .Take(1)
            .SelectMany(snapshot => note.Days[table.Ident].Select(day => new PublishedTable(
                table.Ident, day, note.RunId, table.Metadata.TableUuid, snapshot.SnapshotId, snapshot.SequenceNumber))));
        Ledger.SaveNote(connection, note, [.. published], at);
        return true;
    }

    /// <summary>Null: what others have put there.</summary>
    static RemoteNote? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<RemoteNote>(json) is { } note && note.IsWhole ? note : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
