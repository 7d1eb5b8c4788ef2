using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// Which files of dead letters an act has been through, and how far in those that hold more than a commit takes. So each file is read
/// once, or as often as it is too large, however many there are.
/// </summary>
sealed class LetterCursor(PartLimit limit)
{
    // a query has one SELECT a file
    const int FilesAtOnce = 100;

    readonly Dictionary<string, LogPosition?> passed = new(StringComparer.Ordinal);

    /// <summary>Files of one part.</summary>
    /// <param name="Files">Together not too many rows, unless it is one.</param>
    /// <param name="After">Their rows up to this place were decided; null: none yet.</param>
    public sealed record Step(IReadOnlyList<DataFile> Files, LogPosition? After);

    /// <summary>The next files; null: all that are live were passed.</summary>
    public Step? Next(IReadOnlyList<DataFile> live)
    {
        var files = new List<DataFile>();
        LogPosition? after = null;
        var (rows, bytes) = (0L, 0L);
        foreach (var file in live)
        {
            if (passed.TryGetValue(file.Path, out var at) && at is null)
                continue;
            after = files.Count == 0 ? at : after;
            (rows, bytes) = (rows + file.RecordCount, bytes + file.FileSizeInBytes);
            if (files.Count > 0 && (at != after || rows > limit.Rows || bytes > limit.Bytes || files.Count == FilesAtOnce))
                break;
            files.Add(file);
        }
        return files.Count == 0 ? null : new(files, after);
    }

    /// <summary>A part was decided.</summary>
    /// <param name="part">The part.</param>
    /// <param name="written">Files that stand in the place of some of its files.</param>
    public void Pass(LetterPart part, IReadOnlyList<DataFile> written)
    {
        LogPosition? at = part.IsWhole ? null : part.Letters[^1].At;
        foreach (var file in part.From.Files.Concat(written))
            passed[file.Path] = at;
    }
}
