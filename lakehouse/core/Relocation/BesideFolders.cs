using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>
/// Folders of the data folder beside the warehouse that belong to the lake: writers' schemas, and what sources say they sent.
/// </summary>
static class BesideFolders
{
    static readonly string[] names = ["registry", "manifest"];

    /// <summary>Copies them to another data folder; what is there already is replaced.</summary>
    public static void Copy(string from, string to, CancellationToken cancel)
    {
        foreach (var folder in names.Select(name => Path.Combine(from, name)).Where(Directory.Exists))
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsWhole))
            {
                cancel.ThrowIfCancellationRequested();
                var copy = Path.Combine(to, Path.GetRelativePath(from, path));
                DurableFile.CreateFolder(Path.GetDirectoryName(copy)!);
                CopyFile(path, copy);
                DurableFile.SyncFolder(Path.GetDirectoryName(copy)!);
            }
    }

    /// <summary>No lock, and nothing that is being written under a name of its own.</summary>
    static bool IsWhole(string path) => Path.GetFileName(path) != ".lock" && Path.GetExtension(path) is not (".new" or ".draft");

    /// <summary>Under a draft name of this process first: what goes on with a copy takes a file that is there as whole.</summary>
    public static void CopyFile(string path, string copy)
    {
        var draft = $"{copy}.{Environment.ProcessId}.draft";
        File.Copy(path, draft, overwrite: true);
        DurableFile.Sync(draft);
        File.Move(draft, copy, overwrite: true);
    }
}
