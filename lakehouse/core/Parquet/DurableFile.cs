using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>Puts a finished file, and its name, on the disk before anything refers to it.</summary>
public static partial class DurableFile
{
    /// <summary>Flushes the file and then its folder.</summary>
    public static void Flush(string path)
    {
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
            file.Flush(flushToDisk: true);
        FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes the folder, and flushes the parent of each folder that was not there.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
            CreateFolder(parent);
        Directory.CreateDirectory(path);
        if (parent is not null)
            FlushFolder(parent);
    }

    // .NET opens no folders; Windows needs no flush of them.
    static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(path, 0);
        if (handle < 0)
            throw new IOException($"cannot open folder {path}", new Win32Exception(Marshal.GetLastPInvokeError()));
        var failed = Fsync(handle) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (failed)
            throw new IOException($"cannot flush folder {path}", new Win32Exception(error));
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
