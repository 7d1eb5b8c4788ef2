using System.Runtime.InteropServices;

namespace Dart.Lake.Lakehouse.Storage;

/// <summary>What a file or folder is to the disk, by whatever path: its device and its number there (Linux, statx(2)).</summary>
readonly partial record struct FileId(ulong Device, ulong Number)
{
    const int CurrentFolder = -100, Size = 256, NumberAt = 32, DeviceAt = 136;
    const uint AskNumber = 0x100;

    /// <summary>Null: it is not there, or this system does not say.</summary>
    public static FileId? TryOf(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> answer = stackalloc byte[Size];
        if (StatX(CurrentFolder, path, 0, AskNumber, ref MemoryMarshal.GetReference(answer)) != 0)
            return null;
        return new(MemoryMarshal.Read<ulong>(answer[DeviceAt..]), MemoryMarshal.Read<ulong>(answer[NumberAt..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, ref byte answer);
}
