namespace Dart.Lake.Lakehouse.Storage;

/// <summary>
/// Locations of local files. We write <c>file:///abs/path</c>; <c>file:/abs/path</c> and bare absolute paths, which other
/// engines write, mean the same file. Characters are taken as they are: no engine percent-decodes locations.
/// </summary>
static class FileLocation
{
    /// <summary>The location of an absolute path.</summary>
    public static string FromPath(string path) => "file://" + Path.GetFullPath(path).TrimEnd('/');

    /// <summary>A local file's location in the form that we write, without a slash at its end; any other as it is.</summary>
    public static string Normal(string location) =>
        (IsLocal(location) ? "file://" + ToPath(location) : location).TrimEnd('/');

    /// <summary>A location as messages name it: the path of a local file, which a shell takes; any other as it is.</summary>
    public static string Shown(string location) => IsLocal(location) ? ToPath(location) : location;

    /// <summary>The folder that a location lies in, and its name there.</summary>
    public static (string Folder, string Name) Split(string location) =>
        location.LastIndexOf('/') is >= 0 and var slash ? (location[..slash], location[(slash + 1)..]) : ("", location);

    /// <summary>The path that a location names.</summary>
    /// <exception cref="LakeException">Invalid: not a local file.</exception>
    public static string ToPath(string location) =>
        location.StartsWith("file:///", StringComparison.Ordinal) ? location[7..]
        : location.StartsWith("file://", StringComparison.Ordinal) ? throw NotLocal(location)
        : location.StartsWith("file:/", StringComparison.Ordinal) ? location[5..]
        : location.StartsWith('/') ? location
        : throw NotLocal(location);

    static LakeException NotLocal(string location) =>
        LakeException.Invalid($"'{location}' is not a local file; this lake holds locations that begin with file:///");

    /// <summary>True when both name the same file.</summary>
    public static bool Same(string a, string b) =>
        string.Equals(a, b, StringComparison.Ordinal) || string.Equals(Normal(a), Normal(b), StringComparison.Ordinal);

    /// <summary>
    /// Whether a location lies below a folder's, by its text: links are not followed. What no file can be named lies nowhere.
    /// </summary>
    public static bool IsBelow(string location, string folder) => !location.Contains('\0')
        && Whole(location).StartsWith(Whole(folder) + "/", StringComparison.Ordinal);

    static string Whole(string location) => IsLocal(location) ? FromPath(ToPath(location)) : location.TrimEnd('/');

    /// <summary>Whether a location, in one of the three forms, names a local file.</summary>
    public static bool IsLocal(string location) => location.StartsWith('/')
        || location.StartsWith("file:///", StringComparison.Ordinal)
        || (location.StartsWith("file:/", StringComparison.Ordinal) && !location.StartsWith("file://", StringComparison.Ordinal));
}
