namespace Dart.Lake.Lakehouse.Storage;

/// <summary>
/// Paths with every link in them followed, so that two names of one file become one text. What is not there stays as it is written. Folders
/// are asked for once.
/// </summary>
sealed class RealPaths
{
    /// <summary>As Linux has it: whoever follows more goes round in a circle.</summary>
    const int MaxLinks = 40;

    readonly Dictionary<string, string> folders = new(StringComparer.Ordinal);

    /// <param name="path">Absolute.</param>
    public string Of(string path) => Follow(Path.GetFullPath(path), MaxLinks);

    /// <summary>The same for a folder, without a slash at its end.</summary>
    public string OfFolder(string folder) => Folder(Path.GetFullPath(folder).TrimEnd('/'), MaxLinks);

    string Folder(string folder, int left)
    {
        if (!folders.TryGetValue(folder, out var real))
            folders[folder] = real = Follow(folder, left);
        return real;
    }

    string Follow(string path, int left)
    {
        if (Path.GetDirectoryName(path) is not { } parent || left == 0)
            return path;
        var above = Folder(parent, left);
        var here = Path.Combine(above, Path.GetFileName(path));
        return new FileInfo(here).LinkTarget is { } target ? Follow(Path.GetFullPath(target, above), left - 1) : here;
    }
}
