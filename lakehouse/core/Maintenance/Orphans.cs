using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Storage.S3;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>
/// Files below the lake's warehouse that no table of any catalog in its database names, and that do not wait for their deletion: what
/// killed processes and refused commits left. Only files of the kinds that tables have, only those that are older than an age, never one
/// through a link to elsewhere, and none in the folder of what is not ours to load or collects nothing.
/// </summary>
/// <param name="lake">Whose warehouse.</param>
/// <param name="time">Tells ages.</param>
public sealed partial class Orphans(Lake lake, TimeProvider time)
{
    /// <summary>A run that is slower than that between a file and its commit loses it.</summary>
    public static readonly TimeSpan DefaultAge = TimeSpan.FromDays(3), LeastAge = TimeSpan.FromDays(1);

    /// <summary>
    /// Orphans that are older than the age. The folder is listed before tables are read: what a commit names meanwhile is named then.
    /// </summary>
    /// <param name="age">At least <see cref="LeastAge"/>.</param>
    /// <param name="cancel">Ends the search.</param>
    /// <exception cref="LakeException">Invalid: a shorter age; any kind: a table
    /// that cannot be read, for what it names is not known.</exception>
    public async Task<OrphanSearch> FindAsync(TimeSpan age, CancellationToken cancel)
    {
        // what the server names beside tables that can be loaded is not known here
        if (lake.IsRemote)
            throw LakeException.Invalid("the lake's tables are named by a REST catalog: files that nobody needs are searched for where that catalog is kept");
        if (age < LeastAge)
            throw LakeException.Invalid($"files younger than {LeastAge.TotalDays:0} day may be of a commit that is being made; choose an age of at least that");
        var before = time.GetUtcNow() - age;
        var (listed, others) = await ListAsync(before, cancel);
        if (listed.Count == 0)
            return new([], []);
        if ((await lake.Catalog.ListAsync(cancel)).Count == 0)
            throw LakeException.Invalid($"the catalog names no table at all, and {listed.Count:N0} files are there: it can hardly be the catalog of this place; if it is, and the files are to go, delete them yourself");
        var files = await LakeFiles.ReadAsync(lake, cancel);
        foreach (var place in others)
            files.Spare(place, "it is the place of another lake");
        return new([.. listed.Where(file => !files.Needs(file.Path))], files.Spared);
    }

    /// <summary>Deletes orphans; one that cannot be deleted does not stop the others.</summary>
    /// <returns>Those that are gone, and why the first of the others is not.</returns>
    public async Task<(IReadOnlyList<OrphanFile> Deleted, string? Failure)> DeleteAsync(
        IReadOnlyList<OrphanFile> orphans, CancellationToken cancel)
    {
        var (deleted, failure) = (new List<OrphanFile>(), (string?)null);
        foreach (var file in orphans)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                await lake.Store.DeleteAsync(S3Location.Is(file.Path) ? file.Path : FileLocation.FromPath(file.Path), cancel);
                deleted.Add(file);
            }
            catch (LakeException e)
            {
                failure ??= e.Message;
            }
        }
        return (deleted, failure);
    }

    /// <summary>Old files of the kinds of tables, and the places of other lakes among them.</summary>
    async Task<(List<OrphanFile> Files, List<string> Others)> ListAsync(DateTimeOffset before, CancellationToken cancel)
    {
        var (files, others) = (new List<OrphanFile>(), new List<string>());
        await foreach (var stored in lake.Store.ListAsync(lake.WarehouseLocation, cancel))
        {
            var (folder, name) = FileLocation.Split(stored.Location);
            if (name is S3Owner.Name or Lake.CatalogFileName)
                others.Add(folder);
            else if (KindOf(name) is { } kind && stored.Changed < before)
                files.Add(new(FileLocation.Shown(stored.Location), kind, stored.Bytes, stored.Changed));
        }
        return ([.. files.OrderBy(f => f.Path, StringComparer.Ordinal)], others);
    }

    /// <summary>Null: not a file of a table.</summary>
    static string? KindOf(string name) => Draft().IsMatch(name) ? "draft" : TableFileKind.Of(name);

    /// <summary>As <see cref="LocalObjectStore"/> names what it has not finished.</summary>
    [GeneratedRegex(@"\.draft-\d+-\d+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Draft();
}
