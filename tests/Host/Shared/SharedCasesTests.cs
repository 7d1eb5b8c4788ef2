using Dart.Lake.Host.Tests.Streams;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>
/// The plans of <see cref="CasesTests"/> on a lake whose catalog is in Postgres and whose tables are on S3, with writers' schemas in files
/// or in a registry over HTTP. <c>second_lake</c> is not among them: its two folders would be one lake here, and not <c>lean</c>, which
/// is about files and no catalog.
/// </summary>
public sealed class SharedCasesTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Avro, Protobuf, a writer's additional field and a dead letter.</summary>
    [Fact]
    public Task A_plan_of_the_streams_gives_its_values_in_a_bucket_with_schemas_from_a_registry() => RunAsync("streams", "permit", overHttp: true);

    public static TheoryData<string, string, bool> Plans => new()
    {
        { "streams", "absurd_mark", false },
        { "streams", "colon", false },
        { "streams", "enums", false },
        { "streams", "limits", false },
        { "streams", "live_source", false },
        { "streams", "permit", false },
        { "streams", "schemas", false },
        { "streams", "stray_marker", false },
        { "streams", "timestamps", false },
        { "streams", "unknown_schema", false },
        { "streams", "enums", true },
        { "streams", "schemas", true },
        { "streams", "timestamps", true },
        { "streams", "unknown_schema", true },
        { "numbers", "book", true },
        { "numbers", "ended_record", false },
        { "numbers", "late_reference", false },
        { "numbers", "missing_fixing", false },
        { "numbers", "off_market", false },
        { "numbers", "skipped_day", false },
    };

    [Theory(Explicit = true)]
    [MemberData(nameof(Plans))]
    public Task Every_plan_gives_its_values_in_a_bucket(string group, string name, bool overHttp) => RunAsync(group, name, overHttp);

    static async Task RunAsync(string group, string name, bool overHttp)
    {
        await using var servers = await SharedServers.StartAsync(Cancel);
        using var folder = new TempFolder();
        (await servers.TypeAsync(TimeSpan.FromMinutes(1), "migrate", "--data-dir", folder["migrated"])).Exits(0);
        using var registry = overHttp ? FolderRegistry.Over(folder[Path.Combine(Cases.Lake(group, name), "registry")]) : null;
        var settings = servers.Settings;
        if (registry is not null)
            settings["DARTLAKE__Registry__Url"] = registry.Url;
        await Cases.RunAsync(folder, group, settings, name);
        Assert.False(File.Exists(folder[Path.Combine(Cases.Lake(group, name), "catalog.db")]), "the lake is in the folder");
        if (registry is not null)
            Assert.Contains(registry.Asked, line => line.StartsWith("GET /schemas/ids/", StringComparison.Ordinal));
    }
}
