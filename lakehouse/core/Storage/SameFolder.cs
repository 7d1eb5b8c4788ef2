namespace Dart.Lake.Lakehouse.Storage;

/// <summary>Whether two paths name one folder: a link or a mount gives a folder a second name.</summary>
static class SameFolder
{
    /// <summary>Looks only; nothing is written in either.</summary>
    public static bool Is(string folder, string other)
    {
        if (string.Equals(folder, other, StringComparison.Ordinal))
            return true;
        if (!Directory.Exists(other))
            return false;
        var real = new RealPaths();
        return string.Equals(real.OfFolder(folder), real.OfFolder(other), StringComparison.Ordinal)
            || FileId.TryOf(folder) is { } id && id == FileId.TryOf(other);
    }
}
