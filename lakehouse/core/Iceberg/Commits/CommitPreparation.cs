using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// One table's part of a commit, with all its files written and durable, but not yet named
/// by the catalog. <paramref name="Next"/> is <paramref name="Base"/> itself when nothing
/// changes; <paramref name="Obsolete"/> are files that nobody needs once the commit is done.
/// </summary>
sealed record PreparedTable(Table Base, Table Next, IReadOnlyList<ObsoleteFile> Obsolete)
{
    public bool Changes => !ReferenceEquals(Base, Next);

    /// <summary>The catalog has no table of that name yet.</summary>
    public bool IsNew { get; init; }
}

/// <summary>Turns an intent into the files of the table's next state.</summary>
/// <param name="store">Takes them.</param>
/// <param name="manifests">Reads and writes manifests.</param>
/// <param name="time">The clock.</param>
/// <param name="ids">Draws ids.</param>
/// <param name="writesMetadata">False: a catalog's server writes metadata files, and keeps their log.</param>
sealed class CommitPreparation(
    IObjectStore store, ManifestStore manifests, TimeProvider time, IdSource ids, bool writesMetadata = true)
{
    readonly ObsoleteFiles obsolete = new(manifests);

    /// <summary>Adds every file that it writes to <paramref name="written"/>, also when it fails.</summary>
    /// <exception cref="LakeException">Invalid: the intent, or a table of another
    /// format than v2; Conflict: a tag names another snapshot.</exception>
    public async Task<PreparedTable> PrepareAsync(
        Table table, TableIntent intent, int attempt, List<string> written, CancellationToken cancel)
    {
        var writes = new CommitWrites(store, written);
        var prepared = await PrepareAsync(table, intent, attempt, writes, cancel);
        await writes.EndAsync(cancel);
        return prepared;
    }

    async Task<PreparedTable> PrepareAsync(Table table, TableIntent intent, int attempt, CommitWrites writes, CancellationToken cancel)
    {
        var before = table.Metadata;
        if (intent.Edit is { } edit)
            return Edit(table, edit, writes);
        if (before.FormatVersion != 2)
            throw LakeException.Invalid($"{table.Ident} is of format v{before.FormatVersion}; commits are made to v2 only, so upgrade or copy it with another engine");
        // a clock that went back must not make the logs unordered
        var now = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), before.LastUpdatedMs);
        var after = MetadataEdit.WithProperties(before, intent.Properties);
        if (intent.Schema is { } schema)
            after = SchemaEvolution.Apply(after, schema);
        var producer = new SnapshotProducer(writes, manifests, ids, after, SnapshotId(before, intent), attempt);
        if (await producer.ProduceAsync(intent, now, cancel) is { } snapshot)
            after = MetadataEdit.WithSnapshot(after, snapshot);
        if (intent.Rollback is { } target)
            after = MetadataEdit.WithCurrent(after, target, now);
        after = MetadataEdit.WithTags(after, intent.Tags);
        after = MetadataEdit.WithStatistics(after, intent.Statistics);
        if (ReferenceEquals(after, before) && intent.Expire.Count == 0)
            return new(table, table, []);
        (after, var expired) = SnapshotRetention.Apply(after, intent.Expire);
        if (ReferenceEquals(after, before))
            return new(table, table, []);
        var prepared = Seal(table, after, TableUpkeep.Of(after), now, writes);
        prepared = prepared with { Obsolete = [.. prepared.Obsolete, .. ObsoleteFiles.OfStatistics(before, after)] };
        if (expired.Count == 0)
            return prepared;
        // others wait for this commit: while its files go up, the lists are read that tell what has become needless
        var writing = writes.EndAsync(cancel);
        try
        {
            var unneeded = await obsolete.OfAsync(table.Metadata, after, expired, writing, cancel);
            return prepared with { Obsolete = [.. prepared.Obsolete, .. unneeded] };
        }
        finally
        {
            await writing;
        }
    }

    /// <summary>The files of another engine's snapshots are its own to take out, and so are those that it expires.</summary>
    PreparedTable Edit(Table table, Func<TableMetadata, TableMetadata> edit, CommitWrites writes)
    {
        var after = edit(table.Metadata);
        if (ReferenceEquals(after, table.Metadata))
            return new(table, table, []);
        RefuseUnreadable(after);
        // its clock may be ahead of this one
        var now = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), after.LastUpdatedMs);
        return Seal(table, after, TableUpkeep.Of(after), now, writes);
    }

    /// <summary>What a client has put into metadata may be such that no reader takes the file.</summary>
    static void RefuseUnreadable(TableMetadata metadata)
    {
        try
        {
            TableMetadataJson.Read(TableMetadataWriter.Write(metadata), metadata.Location);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Corrupt)
        {
            throw LakeException.Invalid($"the table could not be read afterwards, so nothing was changed: {e.Message}", e);
        }
    }

    PreparedTable Seal(
        Table table,
        TableMetadata after,
        TableUpkeep upkeep,
        long now,
        CommitWrites writes)
    {
        if (!writesMetadata)
        {
            after = after with { LastUpdatedMs = now };
            TableMetadataCheck.Check(after);
            return new(table, table with { Metadata = after }, []);
        }
        (after, var dropped) = MetadataEdit.Seal(after, table, upkeep.PreviousVersions, now);
        TableMetadataCheck.Check(after);
        var next = new Table(table.Ident, NextLocation(table with { Metadata = after }, ids), after);
        WriteMetadata(next, writes);
        var log = upkeep.DropsMetadata ? dropped.Where(file => OwnFile.IsOf(after, file)) : [];
        return new(table, next, [.. log.Select(file => new ObsoleteFile(file, HoldsRows: false))]);
    }

    /// <summary>Writes the first metadata file of a table that a commit makes.</summary>
    public async Task<PreparedTable> StartAsync(TableIdent ident, TableMetadata metadata, List<string> written, CancellationToken cancel)
    {
        TableMetadataCheck.Check(metadata);
        RefuseUnreadable(metadata);
        var next = await WriteFirstAsync(ident, metadata, written, cancel);
        return new(next with { MetadataLocation = "" }, next, []) { IsNew = true };
    }

    /// <summary>Writes the first metadata file of a table.</summary>
    public async Task<Table> CreateAsync(
        TableIdent ident, TableDefinition definition, string location, List<string> written, CancellationToken cancel)
    {
        return await WriteFirstAsync(
            ident, MetadataEdit.Create(definition, location, ids.NewId(), time.GetUtcNow().ToUnixTimeMilliseconds()), written, cancel);
    }

    async Task<Table> WriteFirstAsync(TableIdent ident, TableMetadata metadata, List<string> written, CancellationToken cancel)
    {
        var table = new Table(ident, $"{SnapshotProducer.MetadataFolder(metadata)}/00000-{ids.NewId():D}.metadata.json", metadata);
        var writes = new CommitWrites(store, written);
        WriteMetadata(table, writes);
        await writes.EndAsync(cancel);
        return table;
    }

    static void WriteMetadata(Table table, CommitWrites writes)
    {
        var json = TableMetadataWriter.Write(table.Metadata);
        if (json.Length > MetadataStore.MostWritten)
            throw LakeException.Invalid($"the metadata of {table.Ident} would have {json.Length >> 20} MiB, and at most {MetadataStore.MostWritten >> 20} are written; expire snapshots, or take properties out");
        writes.Begin(table.MetadataLocation, json);
    }

    long SnapshotId(TableMetadata table, TableIntent intent)
    {
        if (intent.SnapshotId is { } wanted)
            return table.FindSnapshot(wanted) is null ? wanted : throw LakeException.Conflict($"snapshot {wanted} is in {table.Location} already: this commit was made before");
        var id = ids.NewLong();
        while (table.FindSnapshot(id) is not null)
            id = ids.NewLong();
        return id;
    }

    public static string NextLocation(Table table, IdSource ids) =>
        $"{SnapshotProducer.MetadataFolder(table.Metadata)}/{MetadataName.After(table.MetadataLocation, ids)}";
}
