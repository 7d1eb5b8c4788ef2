using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

public sealed class LakeTests
{
    static Task<Lake> OpenAsync(string folder) => Lake.OpenAsync(folder, TimeProvider.System, IdSource.Seeded(1), CancellationToken.None);

    [Fact]
    public async Task A_data_folder_of_a_newer_version_is_refused_with_what_to_do()
    {
        await using var lake = await TempLake.OpenAsync();
        await lake.Lake.Ledger.SaveMetaAsync("format_version", "2", CancellationToken.None);
        var refused = await Assert.ThrowsAsync<LakeException>(() => OpenAsync(lake.Lake.DataDir));
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        Assert.Contains("upgrade", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_none_is_corrupt_and_named()
    {
        await using var lake = await TempLake.OpenAsync();
        var folder = Directory.CreateDirectory(Path.Combine(lake.Lake.DataDir, "bad")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "catalog.db"), new string('x', 5000));
        var refused = await Assert.ThrowsAsync<LakeException>(() => OpenAsync(folder));
        Assert.Equal(LakeErrorKind.Corrupt, refused.Kind);
        Assert.Contains("catalog.db", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_or_named_in_a_url_is_refused()
    {
        Assert.Equal(LakeErrorKind.Unavailable, (await Assert.ThrowsAsync<LakeException>(() => OpenAsync("/proc/no/lake"))).Kind);
        Assert.Equal(
            LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => OpenAsync(Path.Combine(Path.GetTempPath(), "a#b")))).Kind);
    }

    [Fact]
    public async Task A_lake_opened_again_has_its_tables()
    {
        await using var lake = await TempLake.OpenAsync();
        await lake.Catalog.CreateAsync(new("a", "b"), TempLake.ByDay, CancellationToken.None);
        await using var again = await OpenAsync(lake.Lake.DataDir);
        Assert.Equal(["a.b"], (await again.Catalog.ListAsync(CancellationToken.None)).Select(t => t.ToString()));
    }
}
