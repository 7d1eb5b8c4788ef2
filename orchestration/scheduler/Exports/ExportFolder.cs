using Dart.Lake.Sql.Exports;

namespace Dart.Lake.Orchestration.Exports;

/// <summary>A folder that is there whole or not at all: it is filled under another name beside it.</summary>
/// <param name="Path">Absolute, without a slash at its end.</param>
public sealed record ExportFolder(string Path)
{
    /// <summary>Where it is filled.</summary>
    public string Draft => Path + ".unfinished";

    /// <summary>Checks the folder; nothing is made.</summary>
    /// <exception cref="LakeException">Invalid: it is a file, not empty, or in the lake.</exception>
    public static ExportFolder Of(string path, string dataDir)
    {
        var to = System.IO.Path.GetFullPath(path).TrimEnd('/');
        var slash = System.IO.Path.DirectorySeparatorChar;
        if ((to + slash).StartsWith(dataDir + slash, StringComparison.Ordinal))
            throw LakeException.Invalid($"{to} lies in the lake's folder {dataDir}; choose a folder beside it");
        if (File.Exists(to))
            throw LakeException.Invalid($"{to} is a file; choose a folder");
        if (Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any())
            throw LakeException.Invalid($"{to} is not empty; choose another folder");
        var folder = new ExportFolder(to);
        if (Directory.Exists(folder.Draft) && Directory.EnumerateFileSystemEntries(folder.Draft).Any()
            && !File.Exists(System.IO.Path.Combine(folder.Draft, ProjectCopy.Database)))
            throw LakeException.Invalid($"{folder.Draft} is in the way, and is no export that was not finished; move it, or choose another folder");
        return folder;
    }

    /// <summary>Fills it; what an export left that was killed is thrown away before.</summary>
    /// <exception cref="LakeException">Unavailable: the disk.</exception>
    public async Task<T> FillAsync<T>(Func<string, Task<T>> fill)
    {
        try
        {
            Drop();
            Directory.CreateDirectory(Draft);
            var filled = await fill(Draft);
            if (Directory.Exists(Path))
                Directory.Delete(Path);
            Directory.Move(Draft, Path);
            return filled;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Drop();
            throw LakeException.Unavailable($"{Path} cannot be written: {e.Message}; make room or mend its rights, and run it again", e);
        }
        catch
        {
            Drop();
            throw;
        }
    }

    void Drop()
    {
        if (Directory.Exists(Draft))
            Directory.Delete(Draft, recursive: true);
    }
}
