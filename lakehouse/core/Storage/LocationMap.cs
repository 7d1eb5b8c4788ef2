namespace Dart.Lake.Lakehouse.Storage;

/// <summary>
/// Takes locations below one folder, or one of a bucket, to the same places below another, in whatever form they are written and through
/// whatever links.
/// </summary>
/// <param name="from">The folder's names, as paths or locations.</param>
/// <param name="to">The other one.</param>
sealed class LocationMap(IReadOnlyList<string> from, string to)
{
    const string Remote = "s3://";
    static readonly string[] otherRemotes = ["s3a://", "s3n://"];

    readonly string[] sources =
        [.. from.Where(FileLocation.IsLocal).Select(name => Path.GetFullPath(FileLocation.ToPath(name)).TrimEnd('/'))];
    readonly string[] buckets = [.. from.Where(name => !FileLocation.IsLocal(name)).Select(OneScheme)];
    readonly string target = FileLocation.Normal(to);
    readonly RealPaths real = new();

    public LocationMap(string from, string to) : this([from], to)
    {
    }

    /// <summary>Whether the location is the first folder or lies below it. Texts that are no location lie nowhere.</summary>
    public bool Holds(string location) => Rest(location) is not null;

    /// <summary>The location below the second folder, as we write it; one that lies elsewhere, and a text that is none, as it is.</summary>
    public string Apply(string location) => Rest(location) is { } rest ? target + rest : location;

    string? Rest(string location)
    {
        if (location.Contains('\0', StringComparison.Ordinal))
            return null;
        if (!FileLocation.IsLocal(location))
            return buckets.Select(bucket => Below(bucket, OneScheme(location))).FirstOrDefault(rest => rest is not null);
        var path = Path.GetFullPath(FileLocation.ToPath(location));
        return sources.Select(source => Below(source, path)).FirstOrDefault(rest => rest is not null)
            ?? sources.Select(source => Below(real.OfFolder(source), real.Of(path))).FirstOrDefault(rest => rest is not null);
    }

    /// <summary>Engines write the scheme in three ways.</summary>
    static string OneScheme(string location) =>
        (otherRemotes.FirstOrDefault(other => location.StartsWith(other, StringComparison.OrdinalIgnoreCase)) is { } scheme
            ? Remote + location[scheme.Length..]
            : location).TrimEnd('/');

    static string? Below(string folder, string path) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/')
            ? path[folder.Length..]
            : null;
}
