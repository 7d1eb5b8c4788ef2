namespace Dart.Lake.Lakehouse.Storage;

/// <summary>Whether two paths name one folder: a link or a mount gives a folder a second name.</summary>
static class SameFolder
{
    /// <summary>Asks the disk, by a file that is made in the one and looked for in the other.</summary>
    public static bool Is(string folder, string other, IdSource ids)
    {
        if (string.Equals(folder, other, StringComparison.Ordinal))
            return true;
        if (!Directory.Exists(other))
            return false;
        var name = $".same-{ids.NewId():N}";
        var probe = Path.Combine(folder, name);
        try
        {
            File.WriteAllBytes(probe, []);
            return File.Exists(Path.Combine(other, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
