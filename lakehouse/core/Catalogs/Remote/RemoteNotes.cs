using System.Data.Common;
using System.Text.Json;
using Dapper;
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

    /// <summary>In <c>lake_meta</c> once the ledger has what the tables told when it was new.</summary>
    const string CompleteKey = "rest_ledger_complete";

    /// <summary>What the ledger lacks of what the tables tell.</summary>
    /// <param name="catalog">Has the tables.</param>
    /// <param name="database">Of the ledger.</param>
    /// <param name="now">When.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Unavailable: the ledger is new, and a table cannot be read.</exception>
    public static Task CompleteAsync(ICatalog catalog, CatalogDatabase database, DateTimeOffset now, CancellationToken cancel) =>
        IsComplete(database) ? SettleAsync(catalog, database, now, cancel) : RebuildAsync(catalog, database, cancel);

    /// <summary>Else it is new; the tables need not be.</summary>
    public static bool IsComplete(CatalogDatabase database) =>
        database.Read(connection => Ledger.FindMeta(connection, CompleteKey)) is not null;

    /// <summary>Makes rows of what has been committed and not been booked.</summary>
    public static async Task SettleAsync(ICatalog catalog, CatalogDatabase database, DateTimeOffset now, CancellationToken cancel)
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

    /// <summary>
    /// Makes the rows of a ledger that is new beside tables that are not, as far as their snapshots tell. Of two that do so at once one
    /// does.
    /// </summary>
    static async Task RebuildAsync(ICatalog catalog, CatalogDatabase database, CancellationToken cancel)
    {
        var survey = await catalog.SurveyAsync(cancel);
        if (survey.LeftOut.Values.FirstOrDefault() is { } unread)
            throw LakeException.Unavailable($"the ledger is new and is made from what the tables tell: {unread.Message}", unread);
        var tables = survey.Tables.Values.ToList();
        var notes = tables.SelectMany(table => table.Metadata.Snapshots)
            .OrderBy(snapshot => snapshot.TimestampMs)
            .Select(s => (Note: s.Summary.TryGetValue(LakeNames.Note, out var json) ? Read(json) : null, s.TimestampMs))
            .ToList();
        await database.WriteAgainAsync(connection =>
        {
            if (connection.Execute("INSERT INTO lake_meta (key, value) VALUES (@CompleteKey, 'yes') ON CONFLICT (key) DO NOTHING", new { CompleteKey }) == 0)
                return false;
            foreach (var (note, at) in notes)
                if (note is not null)
                    Save(connection, note, tables, DateTimeOffset.FromUnixTimeMilliseconds(at));
            return true;
        }, cancel);
    }

    static void Save(DbConnection connection, CommitNote note, IEnumerable<Table> tables, DateTimeOffset at)
    {
        if (Ledger.HasNote(connection, note))
            return;
        var published = tables.Where(table => note.Days.ContainsKey(table.Ident)).SelectMany(table => table.Metadata.Snapshots
            .Where(snapshot => snapshot.Summary.GetValueOrDefault(LakeNames.Run) == note.RunId)
            .OrderByDescending(snapshot => snapshot.SequenceNumber)
            .Take(1)
            .SelectMany(snapshot => note.Days[table.Ident].Select(day => new PublishedTable(
                table.Ident, day, note.RunId, table.Metadata.TableUuid, snapshot.SnapshotId, snapshot.SequenceNumber))));
        Ledger.SaveNote(connection, note, [.. published], at);
    }

    /// <summary>Null: what others have put there.</summary>
    static CommitNote? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<RemoteNote>(json) is { IsWhole: true } note ? note.ToNote() : null;
        }
        catch (Exception e) when (e is JsonException or LakeException or ArgumentException)
        {
            return null;
        }
    }
}
