using System.Security.Cryptography;

namespace Dart.Lake.Lakehouse.Tests.Relocation;

/// <summary>Copies folders as <c>cp -r</c> does, and sees whether files were touched.</summary>
static class LakeFolders
{
    public static string New() => Path.Combine(Directory.CreateTempSubdirectory("dartlake-places-").FullName, "lake");

    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Hash by relative path of all files of tables.</summary>
    public static SortedDictionary<string, string> Prints(string folder) => new(
        Directory.EnumerateFiles(Path.Combine(folder, "warehouse"), "*", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetRelativePath(folder, file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);
}
