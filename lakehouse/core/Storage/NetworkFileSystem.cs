namespace Dart.Lake.Lakehouse.Storage;

/// <summary>
/// Tells whether a folder lies on a network file system, where SQLite's shared memory and locks do not work
/// (sqlite.org/wal.html: "WAL does not work over a network filesystem").
/// </summary>
static class NetworkFileSystem
{
    static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "ceph", "lustre", "beegfs", "gpfs",
        "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.ceph",
    };

    /// <exception cref="LakeException">Invalid: it does.</exception>
    public static void Refuse(string folder)
    {
        const string mounts = "/proc/self/mounts";
        if (File.Exists(mounts) && TypeOf(folder, File.ReadLines(mounts)) is { } type && Types.Contains(type))
            throw LakeException.Invalid($"{folder} lies on a network file system ({type}), where the embedded catalog cannot be safe; use a local folder, or a Postgres catalog");
    }

    /// <summary>The type of the mount with the longest path that holds the folder; later lines cover earlier ones.</summary>
    internal static string? TypeOf(string folder, IEnumerable<string> mounts)
    {
        string? type = null;
        var longest = -1;
        foreach (var line in mounts)
        {
            if (line.Split(' ') is not [_, var escaped, var kind, ..])
                continue;
            var point = escaped.Replace("\\040", " ", StringComparison.Ordinal).TrimEnd('/');
            if (point.Length >= longest && (folder + "/").StartsWith(point + "/", StringComparison.Ordinal))
                (type, longest) = (kind, point.Length);
        }
        return type;
    }
}
