using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

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

    /// <summary>Links are passed over: what they lead to is not of this lake.</summary>
    static readonly EnumerationOptions within = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

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
        if (!FileLocation.IsLocal(lake.Location))
            throw LakeException.Invalid($"files of {lake.Location} that no table names are not searched for: this program lists no bucket");
        var before = time.GetUtcNow() - age;
        var listed = Listed(before, cancel);
        if (listed.Count == 0)
            return new([], []);
        var files = await LakeFiles.ReadAsync(lake, cancel);
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
                await lake.Store.DeleteAsync(FileLocation.FromPath(file.Path), cancel);
                deleted.Add(file);
            }
            catch (LakeException e)
            {
                failure ??= e.Message;
            }
        }
        return (deleted, failure);
    }

    List<OrphanFile> Listed(DateTimeOffset before, CancellationToken cancel)
    {
        var files = new List<OrphanFile>();
        if (!Directory.Exists(lake.Warehouse))
            return files;
        foreach (var file in new DirectoryInfo(lake.Warehouse).EnumerateFiles("*", within))
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (KindOf(file.Name) is { } kind && file.LastWriteTimeUtc < before.UtcDateTime)
                    files.Add(new(file.FullName, kind, file.Length, new DateTimeOffset(file.LastWriteTimeUtc)));
            }
            catch (FileNotFoundException)
            {
                // deleted since it was listed
            }
        }
        return [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    /// <summary>Null: not a file of a table.</summary>
    static string? KindOf(string name) => Draft().IsMatch(name) ? "draft" : TableFileKind.Of(name);

    /// <summary>As <see cref="LocalObjectStore"/> names what it has not finished.</summary>
    [GeneratedRegex(@"\.draft-\d+-\d+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Draft();
}
