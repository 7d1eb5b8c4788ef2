using System.Net;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Remote;
using Dart.Lake.Serving;
using Dart.Lake.Serving.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>An embedded lake in a folder of its own, served in this process to lakes that have no catalog but this.</summary>
sealed class ServedFolder : IAsyncDisposable
{
    public const string LakeToken = "the-lakes-own-token";

    readonly Lake lake;
    readonly LakeServer server;

    ServedFolder(Lake lake, LakeServer server) => (this.lake, this.server) = (lake, server);

    public Uri Url => new(server.Url);

    /// <summary>Of the embedded lake, for engines that know no server.</summary>
    public string CatalogFile => lake.CatalogFile;

    /// <summary>Where the lake lives.</summary>
    public string Folder => lake.DataDir;

    public CommittingCatalog Own => (CommittingCatalog)lake.Catalog;

    public static async Task<ServedFolder> StartAsync(TimeProvider? time)
    {
        var folder = Directory.CreateTempSubdirectory("served-").FullName;
        var clock = time ?? TimeProvider.System;
        var own = await Lake.OpenAsync(folder, clock, IdSource.Seeded(99), CancellationToken.None);
        var settings = new ServerSettings { Bind = IPAddress.Loopback, Port = 0, Token = null, LakeToken = LakeToken };
        return new(own, await LakeServer.StartAsync(
            settings, own, clock, IdSource.Seeded(98), NullLoggerFactory.Instance, CancellationToken.None));
    }

    /// <summary>The lake as one more machine finds it, with a ledger of its own.</summary>
    public LakePlace NewPlace() => new()
    {
        DataDir = Directory.CreateTempSubdirectory("lake-").FullName,
        Location = lake.Location,
        Tables = Settings(Url, LakeToken),
    };

    public static RemoteSettings Settings(Uri url, string? token) => new()
    {
        Url = url,
        Token = token,
        Scope = "catalog",
        RequestTimeout = TimeSpan.FromSeconds(20),
        Retries = 3,
    };

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await lake.DisposeAsync();
        Directory.Delete(lake.DataDir, recursive: true);
    }
}
