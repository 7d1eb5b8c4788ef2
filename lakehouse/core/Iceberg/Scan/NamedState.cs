using System.Globalization;
using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Scan;

/// <summary>
/// The state of a lake that people name with one word: a tag or branch, a snapshot, or a time, in this order. A word that could be two
/// of them is refused. A table without the tag is read as it was when the tag was made.
/// </summary>
sealed partial class NamedState
{
    const string TagPrefix = "tag:", TimePrefix = "time:", SnapshotPrefix = "snapshot:";

    readonly ScanOptions options;
    readonly IReadOnlyList<Table> tagged;
    readonly TableScan scan;
    DateTimeOffset? made;

    NamedState(ScanOptions options, IReadOnlyList<Table> tagged, TableScan scan) =>
        (this.options, this.tagged, this.scan) = (options, tagged, scan);

    /// <summary>What the word means in a lake of these tables; null: the current state.</summary>
    /// <exception cref="LakeException">Invalid: it could be a tag and a time or snapshot, or is not what its prefix says.</exception>
    public static NamedState Find(string? word, IReadOnlyCollection<Table> tables, TableScan scan)
    {
        if (word is null)
            return new(new(), [], scan);
        if (Behind(word, TagPrefix) is { } tag)
            return OfTag(tag, tables, scan);
        if (Behind(word, TimePrefix) is { } time)
            return new(new() { AsOf = Time(time) ?? throw LakeException.Invalid($"'{time}' is not a time; write one such as time:2026-09-21T20:00:00Z") }, [], scan);
        if (Behind(word, SnapshotPrefix) is { } number)
            return new(new() { SnapshotId = Id(number) ?? throw LakeException.Invalid($"'{number}' is not a snapshot's id, which is a whole number") }, [], scan);
        var isTag = tables.Any(t => t.Metadata.Refs.ContainsKey(word));
        if (Time(word) is { } meant)
            return isTag ? throw Both(word, "a time", TimePrefix) : new(new() { AsOf = meant }, [], scan);
        if (Id(word) is { } id && (!isTag || tables.Any(t => t.Metadata.FindSnapshot(id) is not null)))
            return isTag ? throw Both(word, "a snapshot", SnapshotPrefix) : new(new() { SnapshotId = id }, [], scan);
        return OfTag(word, tables, scan);
    }

    /// <summary>The state of one table, and what is to be said of it, if anything.</summary>
    /// <exception cref="LakeException">Unavailable: a metadata file that cannot be read.</exception>
    public async Task<(ScanOptions Options, string? Says)> OfAsync(Table table, CancellationToken cancel)
    {
        if (tagged.Count == 0 || table.Metadata.Refs.ContainsKey(options.Tag!))
            return (options, null);
        made ??= await scan.MadeAsync(tagged, options.Tag!, cancel);
        return (new() { AsOf = made }, $"{table.Ident} has no tag '{options.Tag}'; it is read as it was when that tag was made, {made:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}");
    }

    /// <summary>Only a tag stands for a moment; a branch that a table has not is refused where the table is named.</summary>
    static NamedState OfTag(string tag, IReadOnlyCollection<Table> tables, TableScan scan) =>
        new(new() { Tag = tag }, [.. tables.Where(t => t.Metadata.Refs.GetValueOrDefault(tag)?.Type == SnapshotRef.Tag)], scan);

    static LakeException Both(string word, string other, string prefix) =>
        LakeException.Invalid($"'{word}' is a tag or branch of a table and could be {other}; write {TagPrefix}{word} or {prefix}{word}");

    static string? Behind(string word, string prefix) => word.StartsWith(prefix, StringComparison.Ordinal) ? word[prefix.Length..] : null;

    static long? Id(string word) => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    static DateTimeOffset? Time(string word) => IsoDate().IsMatch(word)
        && DateTimeOffset.TryParse(word, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : null;

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}($|[ Tt]\d)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IsoDate();
}
