using System.IO.Compression;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>
/// The lines of a CSV, zipped or plain, one at a time from its stream.
/// Whatever is wrong with the file is Invalid and names file and line.
/// </summary>
sealed class LeanLines : IDisposable
{
    const int LongestLine = 4_096;

    readonly string name;
    readonly ZipArchive? owned;
    readonly Stream stream;
    readonly byte[] buffer;
    readonly long expected;
    long read;
    int start, end, lineStart, lineLength;
    bool ended;

    LeanLines(string name, Stream stream, int room, long expected, ZipArchive? owned = null)
    {
        (this.name, this.stream, this.expected, this.owned) = (name, stream, expected, owned);
        buffer = new byte[room];
    }

    /// <summary>The only CSV of a zip.</summary>
    public static LeanLines OfZip(string path)
    {
        var zip = Open(path);
        try
        {
            var entry = zip.Entries is [var only]
                ? only
                : throw LakeException.Invalid($"{path} holds {zip.Entries.Count} files and should hold one CSV; get the file again");
            return new(path, Entry(path, entry), 64 * 1024, entry.Length, zip);
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    /// <summary>One of several CSVs of a zip, which stays the caller's.</summary>
    public static LeanLines OfEntry(string path, ZipArchiveEntry entry) =>
        new($"{path}#{entry.FullName}", Entry(path, entry), 64 * 1024, entry.Length);

    /// <summary>A plain CSV.</summary>
    public static LeanLines OfText(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return new(path, file, 2 * LongestLine, file.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Invalid($"{path} cannot be read ({e.Message}); get the file again", e);
        }
    }

    /// <summary>Number of the current line, from 1.</summary>
    public long Number { get; private set; }

    public ReadOnlySpan<byte> Line => buffer.AsSpan(lineStart, lineLength);

    /// <summary>The fields of the current line as texts, without blanks around them.</summary>
    public string[] Cells() => System.Text.Encoding.UTF8.GetString(Line).Split(',', StringSplitOptions.TrimEntries);

    /// <summary>Whether the current line of a text is blank or a remark.</summary>
    public bool SaysNothing => Line.TrimStart((byte)' ') is [] or [(byte)'#', ..];

    public static ZipArchive Open(string path)
    {
        try
        {
            return WithDirectory(ZipFile.OpenRead(path));
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
            if (Number == 1 && Line.StartsWith("\uFEFF"u8))
                (lineStart, lineLength) = (lineStart + 3, lineLength - 3);
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
            var more = stream.Read(buffer, end, buffer.Length - end);
            ended = more == 0;
            (end, read) = (end + more, read + more);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw LakeException.Invalid($"{name} after line {Number}: the data are broken ({e.Message}); get the file again", e);
        }
        if (ended && read < expected)
            throw LakeException.Invalid($"{name} after line {Number}: {expected - read} of {expected} bytes are missing; get the file again");
    }

    /// <summary>The directory of a zip is read when it is asked for, and may be broken.</summary>
    static ZipArchive WithDirectory(ZipArchive zip)
    {
        try
        {
            _ = zip.Entries;
            return zip;
        }
        catch
        {
            zip.Dispose();
            throw;
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
