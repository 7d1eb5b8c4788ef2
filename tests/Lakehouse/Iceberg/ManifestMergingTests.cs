using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

public sealed class ManifestMergingTests
{
    /// <summary>Of a manifest with one file of thirty columns, and what each more adds.</summary>
    const long First = 6_050, Each = 1_200;

    const int Commits = 30_000;

    /// <summary>A day of a stream: the eight megabytes of a full manifest are filled four times.</summary>
    [Fact]
    public void A_stream_of_commits_never_writes_large_manifests_again_and_again()
    {
        var newestFirst = new List<ManifestFile>();
        var files = new Dictionary<string, long>(StringComparer.Ordinal);
        var (written, large, inARow, most) = (0L, 0, 0, 0);
        for (var i = 0; i < Commits; i++)
        {
            newestFirst.Insert(0, Manifest($"{i}", 1));
            var next = new List<ManifestFile>();
            var isLarge = false;
            foreach (var group in ManifestMerging.Plan(newestFirst, new Dictionary<string, string>(), always: false))
            {
                next.Add(group is [var only] ? only : Manifest($"{i} {next.Count}", group.Sum(m => files[m.Path])));
                written += group.Count > 1 ? next[^1].Length : 0;
                isLarge |= group.Count > 1 && next[^1].Length > 1 << 20;
            }
            newestFirst = next;
            large += isLarge ? 1 : 0;
            inARow = isLarge ? inARow + 1 : 0;
            most = Math.Max(most, inARow);
        }
        Assert.Equal(Commits, newestFirst.Sum(m => files[m.Path]));
        Assert.InRange(newestFirst.Count, 4, 120);
        Assert.True(most <= 1, $"{most} commits in a row wrote more than a megabyte of manifests");
        Assert.True(large <= 100, $"{large} commits wrote more than a megabyte of manifests");
        Assert.True(written <= 12 * Each * Commits, $"{written / (Each * Commits)} times what the files need");

        ManifestFile Manifest(string path, long count)
        {
            files[path] = count;
            return new() { Path = path, Length = First + (count - 1) * Each, SpecId = 0, AddedSnapshotId = 1 };
        }
    }
}
