using System.IO.Compression;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>
/// The lines of a zipped CSV, one at a time from the compressed stream.
/// Whatever is wrong with the file is Invalid and names file and line.
/// </summary>
sealed class LeanLines : IDisposable
{
    const int LongestLine = 4_096;

    readonly string name;
    readonly ZipArchive? owned;
    readonly Stream stream;
    readonly byte[] buffer = new byte[64 * 1024];
    int start, end, lineStart, lineLength;
    bool ended;

    /// <summary>The only CSV of a zip.</summary>
    public LeanLines(string path)
    {
        name = path;
        owned = Open(path);
        if (owned.Entries.Count != 1)
        {
            owned.Dispose();
            throw LakeException.Invalid($"{path} holds {owned.Entries.Count} files and should hold one CSV; get the file again");
        }
        stream = Entry(path, owned.Entries[0]);
    }

    /// <summary>One of several CSVs of a zip, which stays the caller's.</summary>
    public LeanLines(string path, ZipArchiveEntry entry)
    {
        name = $"{path}#{entry.FullName}";
        stream = Entry(path, entry);
    }

    /// <summary>Number of the current line, from 1.</summary>
    public long Number { get; private set; }

    public ReadOnlySpan<byte> Line => buffer.AsSpan(lineStart, lineLength);

    public static ZipArchive Open(string path)
    {
        try
        {
            return ZipFile.OpenRead(path);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw LakeException.Invalid($"{path} cannot be read as a zip ({e.Message}); get the file again", e);
        }
    }

    /// <summary>Goes to the next line that is not empty.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length < 0 && !ended)
            {
                Fill();
                continue;
            }
            if (length < 0 && start == end)
                return false;
            lineStart = start;
            lineLength = length < 0 ? end - start : length;
            start = Math.Min(end, start + lineLength + 1);
            Number++;
            if (lineLength > 0 && buffer[lineStart + lineLength - 1] == '\r')
                lineLength--;
            if (lineLength > 0)
                return true;
        }
    }

    /// <summary>What to throw when the current line makes no sense.</summary>
    public LakeException Wrong(string what) => LakeException.Invalid($"{name} line {Number}: {what}; mend or remove the file");

    public void Dispose()
    {
        stream.Dispose();
        owned?.Dispose();
    }

    void Fill()
    {
        if (end - start > LongestLine)
        {
            Number++;
            throw Wrong($"longer than {LongestLine} bytes");
        }
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        try
        {
            var read = stream.Read(buffer, end, buffer.Length - end);
            ended = read == 0;
            end += read;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw LakeException.Invalid($"{name} after line {Number}: the compressed data are broken ({e.Message}); get the file again", e);
        }
    }

    static Stream Entry(string path, ZipArchiveEntry entry)
    {
        try
        {
            return entry.Open();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw LakeException.Invalid($"{path} holds {entry.FullName}, which cannot be read ({e.Message}); get the file again", e);
        }
    }
}
