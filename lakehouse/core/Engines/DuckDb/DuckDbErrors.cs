using DuckDB.NET.Data;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>DuckDB's errors as the platform's.</summary>
internal static class DuckDbErrors
{
    /// <summary>What DuckDB says of a Parquet file that is cut off or overwritten; it calls that invalid input.</summary>
    static readonly string[] DamagedFile = ["No magic bytes", "too small to be a Parquet file", "Footer length error", "don't look like a Parquet file", "TProtocolException"];

    /// <summary>What values do to a query that is right; its words are found wrong before (Parser, Binder, Catalog Error).</summary>
    static readonly string[] OfValues = ["Conversion Error", "Out of Range Error", "Invalid Input Error", "Constraint Error", "Mismatch Type Error"];

    /// <summary>The error that a caller shall see; the same object when it is none of DuckDB's.</summary>
    public static Exception Translate(Exception e)
    {
        if (e is not DuckDBException)
            return e;
        // The kind stands before the message; what follows the first blank line is a picture of the SQL.
        var message = e.Message.Split("\n\n", 2)[0].ReplaceLineEndings(" ");
        if (ReadRefusal.Find(message, e) is { } refused)
            return refused;
        return message switch
        {
            _ when message.StartsWith("INTERRUPT", StringComparison.OrdinalIgnoreCase) => new OperationCanceledException(message, e),
            _ when message.StartsWith("Out of Memory", StringComparison.OrdinalIgnoreCase) =>
                LakeException.Unavailable($"{message.TrimEnd('.')}; {Remedy(e.Message)}", e),
            _ when DamagedFile.Any(part => message.Contains(part, StringComparison.Ordinal)) => LakeException.Corrupt($"{message}; run 'dartlake verify', then restore the file or roll the table back", e),
            _ when message.Contains("No space left on device", StringComparison.Ordinal) =>
                LakeException.Unavailable($"{message}; make room on the disk, and run it again", e),
            _ when message.StartsWith("IO Error: No files found", StringComparison.Ordinal) =>
                LakeException.Unavailable($"{FileOf(message)} is not there; restore it, or roll the table back to a state before it", e),
            _ when message.StartsWith("IO Error", StringComparison.Ordinal) => LakeException.Unavailable(message, e),
            _ when message.StartsWith("Permission Error: Cannot access", StringComparison.Ordinal) =>
                LakeException.Invalid($"{FileOf(message)} lies outside of the lake's folder, where queries read nothing; read it with the engine that wrote it", e),
            _ when message.StartsWith("INTERNAL", StringComparison.OrdinalIgnoreCase)
                || message.StartsWith("FATAL", StringComparison.OrdinalIgnoreCase) => LakeException.Bug(message, e),
            _ when OfValues.Any(kind => message.StartsWith(kind, StringComparison.OrdinalIgnoreCase)) => LakeException.Corrupt(message, e),
            _ => LakeException.Invalid(message, e),
        };
    }

    /// <summary>Which limit was met: that of files names itself, here or below the message.</summary>
    static string Remedy(string message) => message.Contains("max_temp_directory_size", StringComparison.Ordinal)
        ? "raise DuckDb:TempLimitMb, and see that the disk of the data folder has room"
        : "raise DuckDb:MemoryLimitMb, or set fewer DuckDb:Threads";

    /// <summary>DuckDB quotes the path that it means.</summary>
    static string FileOf(string message) => message.Split('"') is [_, var path, ..] ? path : "a file";
}
