using System.Buffers.Binary;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Staging;

/// <summary>
/// Tables into which other engines write what a run has them compute: one for each model, day and attempt, of a name that no other has and
/// at a place of its own. Their rows become a table's by its own commit, which adopts the files; what a zombie writes later is in none of
/// them. An engine never drops one, since it would delete the files. Not thread-safe.
/// </summary>
/// <param name="lake">Whose.</param>
/// <param name="runId">For whom; the tables have it as a property.</param>
/// <param name="ids">Draws names.</param>
public sealed class StagingTables(Lake lake, string runId, IdSource ids)
{
    /// <summary>The namespace of all of them; nothing in it is looked after but by runs.</summary>
    public const string Namespace = LakeNames.Staging;

    const int LongestSubject = 100;

    readonly Dictionary<TableIdent, Table> made = [];

    /// <summary>Those that the catalog has.</summary>
    public IReadOnlyCollection<TableIdent> Made => made.Keys;

    /// <summary>Where they lie: in no other table's folder, which catalogs refuse; after the run only adopted files are there.</summary>
    string Folder => $"{lake.WarehouseLocation}/{Namespace}/{runId}";

    /// <summary>An empty one.</summary>
    /// <param name="subject">What it is for, as a part of its name: lower-case letters, digits and _.</param>
    /// <param name="definition">Columns and partitions; its files have these field ids.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<Table> MakeAsync(string subject, TableDefinition definition, CancellationToken cancel)
    {
        var name = $"{subject[..Math.Min(subject.Length, LongestSubject)]}_{$"{ids.NewId():N}"[..8]}";
        var ident = new TableIdent(Namespace, name);
        var table = await lake.Catalog.CreateAsync(ident, definition with
        {
            Location = $"{Folder}/{name}",
            Properties = new Dictionary<string, string>(definition.Properties, StringComparer.Ordinal) { [LakeNames.Run] = runId },
        }, cancel);
        made.Add(ident, table);
        return table;
    }

    /// <summary>One that has files which are there already, so that other engines can read them.</summary>
    public async Task<StagedRows> ShareAsync(
        string subject, TableDefinition definition, IReadOnlyList<DataFile> files, CancellationToken cancel)
    {
        var table = await MakeAsync(subject, definition, cancel);
        if (files.Count > 0)
            table = (await lake.Catalog.CommitAsync([new(table.Ident, _ => new() { Add = files })], null, cancel))[0];
        return new(table, files);
    }

    /// <summary>What an engine has written: the table's files now, each described by its own footer and not by the writer's word.</summary>
    /// <param name="table">As it was made.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Corrupt: a file says something else than the engine; Invalid: what we cannot adopt.</exception>
    public async Task<StagedRows> ReadAsync(Table table, CancellationToken cancel)
    {
        var now = await lake.Catalog.TryLoadAsync(table.Ident, cancel)
            ?? throw LakeException.Conflict($"{table.Ident} is gone; run it again");
        RefuseAnother(table, now);
        var files = new List<DataFile>();
        foreach (var file in (await lake.Scan.PlanAsync(now, new(), cancel)).Files)
            files.Add(await CheckedAsync(now, file, cancel));
        return new(now, files);
    }

    static void RefuseAnother(Table made, Table now)
    {
        var (before, after) = (made.Metadata, now.Metadata);
        if (!string.Equals(before.TableUuid, after.TableUuid, StringComparison.OrdinalIgnoreCase))
            throw LakeException.Conflict($"{now.Ident} was dropped and made again by somebody else; run it again");
        if (after.FormatVersion != before.FormatVersion || after.DefaultSpecId != before.DefaultSpecId
            || !after.Schema.SameAs(before.Schema))
            throw LakeException.Invalid($"{now.Ident} was changed by the engine that wrote to it: format, columns or partitions; its files cannot be taken");
        // a statement that came twice would have doubled the rows
        if (after.Snapshots.Count > 1)
            throw LakeException.Conflict($"{now.Ident} was written {after.Snapshots.Count} times, and once is wanted; run it again");
    }

    async Task<DataFile> CheckedAsync(Table table, DataFile told, CancellationToken cancel)
    {
        if (!FileLocation.IsBelow(told.Path, table.Metadata.Location))
            throw LakeException.Invalid($"{table.Ident} has a file outside of its folder, {FileLocation.Shown(told.Path)}; it cannot be taken");
        var seen = await FooterMetrics.ReadAsync(lake.Store, told.Path, table.Metadata.Schema, told.Partition, cancel);
        if (seen.RecordCount != told.RecordCount || seen.FileSizeInBytes != told.FileSizeInBytes)
            throw LakeException.Corrupt(
                $"{table.Ident}: {FileLocation.Shown(told.Path)} has {Of(seen)}, not {Of(told)}");
        // an empty file has no group, and so no column
        if (seen.RecordCount > 0 && table.Metadata.Schema.Fields.FirstOrDefault(f => !seen.ValueCounts.ContainsKey(f.Id)) is { } missing)
            throw LakeException.Corrupt($"{table.Ident}: {FileLocation.Shown(told.Path)} has no column with the field id {missing.Id} ({missing.Name})");
        RefuseAnotherDay(table, told, seen);
        return seen with { NanValueCounts = told.NanValueCounts };

        static string Of(DataFile file) => $"{file.RecordCount} rows and {file.FileSizeInBytes} bytes";
    }

    /// <summary>Of a column that rows are partitioned by as it is, the file's own bounds are the partition.</summary>
    static void RefuseAnotherDay(Table table, DataFile told, DataFile seen)
    {
        var fields = table.Metadata.PartitionSpecs.First(s => s.SpecId == table.Metadata.DefaultSpecId).Fields;
        foreach (var (at, field) in fields.Index().Where(f => f.Item.Transform.Kind == TransformKind.Identity))
            if (told.Partition.Values[at] is int day && seen.LowerBounds.TryGetValue(field.SourceId, out var least)
                && seen.UpperBounds.TryGetValue(field.SourceId, out var most)
                && (BinaryPrimitives.ReadInt32LittleEndian(least) != day || BinaryPrimitives.ReadInt32LittleEndian(most) != day))
                throw LakeException.Corrupt(
                    $"{table.Ident}: {FileLocation.Shown(told.Path)} has other values of {field.Name} than its partition");
    }

    /// <summary>Takes one out of the catalog, and deletes its files.</summary>
    public async Task DropAsync(TableIdent ident, CancellationToken cancel)
    {
        if (!made.TryGetValue(ident, out var table))
            return;
        await lake.Catalog.ForgetAsync([ident], cancel);
        made.Remove(ident);
        await lake.Store.DeleteBelowAsync(table.Metadata.Location, _ => false, cancel);
    }

    /// <summary>At the end of a run: nothing is left in the catalog, and of the files only what a table has adopted.</summary>
    /// <param name="adopted">Locations of those.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task EndAsync(IReadOnlySet<string> adopted, CancellationToken cancel)
    {
        var keep = adopted.Select(FileLocation.Normal).ToHashSet(StringComparer.Ordinal);
        await lake.Catalog.ForgetAsync([.. made.Keys], cancel);
        made.Clear();
        await lake.Store.DeleteBelowAsync(Folder, file => keep.Contains(FileLocation.Normal(file)), cancel);
    }

    /// <summary>
    /// What runs have left that ended without clearing up: they were killed. Of a catalog that takes names in the transaction of a
    /// publication, who takes a name knows that no table has its files; of another one files of rows stay.
    /// </summary>
    /// <param name="lake">Whose.</param>
    /// <param name="isLiving">Whether the run of an id may still be at work on a table.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>How many tables that were.</returns>
    public static async Task<int> SweepAsync(Lake lake, Func<string, Table, Task<bool>> isLiving, CancellationToken cancel)
    {
        var swept = 0;
        foreach (var ident in (await lake.Catalog.ListAsync(cancel)).Where(t => t.Namespace == Namespace).ToList())
            try
            {
                swept += await SweepAsync(lake, ident, isLiving, cancel) ? 1 : 0;
            }
            catch (LakeException)
            {
                // the next run tries again
            }
        return swept;
    }

    static async Task<bool> SweepAsync(Lake lake, TableIdent ident, Func<string, Table, Task<bool>> isLiving, CancellationToken cancel)
    {
        if (await lake.Catalog.TryLoadAsync(ident, cancel) is not { } table
            || table.Metadata.Properties.GetValueOrDefault(LakeNames.Run) is not { } run || await isLiving(run, table)
            || await lake.Catalog.ForgetAsync([ident], cancel) == 0)
            return false;
        await lake.Store.DeleteBelowAsync(
            table.Metadata.Location, file => lake.IsRemote && file.EndsWith(".parquet", StringComparison.Ordinal), cancel);
        return true;
    }
}
