using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Storage;

public sealed class LocalObjectStoreTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("store-").FullName;
    readonly LocalObjectStore store = new("/");

    [Fact]
    public async Task An_object_is_written_once_read_within_a_limit_and_deleted_twice()
    {
        var location = FileLocation.FromPath(Path.Combine(folder, "a", "b", "c.bin"));
        await store.WriteNewAsync(location, new byte[] { 1, 2, 3 }, CancellationToken.None);
        var twice = await Assert.ThrowsAsync<LakeException>(() => store.WriteNewAsync(location, new byte[] { 9 }, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Conflict, twice.Kind);
        var otherSpelling = location.Replace("file:///", "file:/", StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], await store.ReadAsync(otherSpelling, 3, CancellationToken.None));
        var large = await Assert.ThrowsAsync<LakeException>(() => store.ReadAsync(location, 2, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Corrupt, large.Kind);
        await store.DeleteAsync(location, CancellationToken.None);
        await store.DeleteAsync(location, CancellationToken.None);
        Assert.Null(await store.TryOpenAsync(location, CancellationToken.None));
        var missing = await Assert.ThrowsAsync<LakeException>(() => store.ReadAsync(location, 9, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Unavailable, missing.Kind);
        Assert.Contains("c.bin", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///a/b", "/a/b")]
    [InlineData("file:/a/b", "/a/b")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("file:///a%20b/c d", "/a%20b/c d")]
    public void Three_spellings_name_the_same_file(string location, string path) => Assert.Equal(path, FileLocation.ToPath(location));

    [Theory]
    [InlineData("s3://bucket/a")]
    [InlineData("file://host/a")]
    [InlineData("relative/a")]
    [InlineData("")]
    public void Other_locations_are_refused(string location) => Assert.Throws<LakeException>(() => FileLocation.ToPath(location));

    [Fact]
    public void The_longest_mount_tells_the_file_system()
    {
        string[] mounts =
        [
            "/dev/root / ext4 rw 0 0",
            "server:/x /mnt/net nfs4 rw 0 0",
            "/dev/b /mnt/net/disk xfs rw 0 0",
            "s /mnt/with\\040space cifs rw 0 0",
        ];
        Assert.Equal("nfs4", NetworkFileSystem.TypeOf("/mnt/net/lake", mounts));
        Assert.Equal("xfs", NetworkFileSystem.TypeOf("/mnt/net/disk", mounts));
        Assert.Equal("ext4", NetworkFileSystem.TypeOf("/mnt/network", mounts));
        Assert.Equal("cifs", NetworkFileSystem.TypeOf("/mnt/with space/a", mounts));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
