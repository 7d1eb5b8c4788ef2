using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>The suite of all catalogs, on tables that our own server names.</summary>
public sealed class RemoteCatalogTests : SqlCatalogTests
{
    private protected override async Task<TempLake> OpenAsync(TimeProvider? time = null) =>
        await TempLake.OpenAsync(await ServedFolder.StartAsync(time), seed: 1, time);
}

public sealed class RemoteCommitFailureTests : CommitFailureTests
{
    private protected override bool ReadsMetadataFiles => false;

    private protected override async Task<TempLake> OpenAsync(TimeProvider? time = null) =>
        await TempLake.OpenAsync(await ServedFolder.StartAsync(time), seed: 1, time);
}

public sealed class RemoteLedgerTests : LedgerTests
{
    private protected override async Task<TempLake> OpenAsync(TimeProvider? time = null) =>
        await TempLake.OpenAsync(await ServedFolder.StartAsync(time), seed: 1, time);
}
