using System.IO.Compression;
using System.Text;

namespace Dart.Lake.Jobs.Tests.Producers;

/// <summary>A folder in LEAN's format, made for a test.</summary>
sealed class LeanFixture : IDisposable
{
    readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dartlake-lean");

    public string Root => root.FullName;

    /// <summary>A plain file; gives its path.</summary>
    public string Text(string path, params string[] lines)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllLines(full, lines);
        return full;
    }

    /// <summary>A zip with one CSV, or with one more; gives its path.</summary>
    public string Zip(string path, string csv, string name = "data.csv")
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        using var zip = ZipFile.Open(full, ZipArchiveMode.Update);
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(Encoding.ASCII.GetBytes(csv));
        return full;
    }

    public void CopySymbol(string lean, string symbol, string file)
    {
        foreach (var path in new[] { $"equity/usa/tick/{symbol}/{file}", $"equity/usa/daily/{symbol}.zip" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, path))!);
            File.Copy(Path.Combine(lean, path), Path.Combine(Root, path));
        }
    }

    public void Dispose() => root.Delete(recursive: true);
}
