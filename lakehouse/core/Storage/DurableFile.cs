using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dart.Lake.Lakehouse.Storage;

/// <summary>Puts files where a power loss does not take them: their bytes and their names (the folder's entry) are synced.</summary>
public static partial class DurableFile
{
    /// <summary>Folders whose names this process knows to be durable; forgotten when there are too many.</summary>
    static readonly ConcurrentDictionary<string, bool> durable = new(StringComparer.Ordinal);
    const int KnownMax = 100_000;

    /// <summary>
    /// Creates the folder and its parents. The names of all of them are synced, also of those that are there already: another process may
    /// have made them a moment ago and not have come to it. Each is synced once by a process.
    /// </summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder) && durable.ContainsKey(folder))
            return;
        var made = new HashSet<string>(StringComparer.Ordinal);
        for (var at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
            made.Add(at);
        Directory.CreateDirectory(folder);
        for (var at = folder; Path.GetDirectoryName(at) is { } parent && (made.Contains(at) || !durable.ContainsKey(at)); at = parent)
        {
            if (!TrySync(parent, mustBe: made.Contains(at)))
                break;
            if (durable.Count >= KnownMax)
                durable.Clear();
            durable[at] = true;
        }
    }

    /// <summary>A folder above the lake may be one that this user can pass but not open; who made it has to see to it.</summary>
    static bool TrySync(string folder, bool mustBe)
    {
        try
        {
            SyncFolder(folder);
            return true;
        }
        catch (LakeException) when (!mustBe)
        {
            return false;
        }
    }

    /// <summary>Syncs the bytes of a file that somebody else has written and closed, before it gets the name that counts.</summary>
    public static void Sync(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>
    /// Renames a file to a name that is free; IOException when it is taken. File.Move looks first and renames then, so that of
    /// two at once both would win; a link is made once. Where the disk knows no links File.Move has to do, and on Windows it is right.
    /// </summary>
    public static void Name(string from, string to)
    {
        const int exists = 17;
        if (TryLink(from, to))
            Unname(from);
        else if (!OperatingSystem.IsWindows() && Marshal.GetLastPInvokeError() == exists)
            throw new IOException($"{to} exists already");
        else
            File.Move(from, to);
    }

    /// <summary>Gives a file a second name that is free; false when it is taken, or the disk knows no links.</summary>
    public static bool TryLink(string from, string to) => !OperatingSystem.IsWindows() && Link(from, to) == 0;

    /// <summary>Takes one of a file's two names away; when that fails the file is there all the same.</summary>
    static void Unname(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the second name is an orphan
        }
    }

    /// <summary>
    /// Syncs the names in a folder. .NET opens no folders, so this asks the C library. Windows has no such call and needs none.
    /// </summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            throw LakeException.Unavailable($"the folder {folder} cannot be opened (error {Marshal.GetLastPInvokeError()}); check its rights");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FSync(descriptor) != 0)
            throw LakeException.Unavailable($"the folder {folder} cannot be synced (error {Marshal.GetLastPInvokeError()})");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);
}
