namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>Spark and PyIceberg, started when a test first asks for them; tests that do share them, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class Meddlers : ICollectionFixture<Meddlers>, IAsyncDisposable
{
    public const string Name = "engines of others";

    Meddler? spark, python;

    internal Meddler Spark => spark ??= Meddler.Spark();

    internal Meddler Python => python ??= Meddler.PyIceberg();

    public async ValueTask DisposeAsync()
    {
        foreach (var meddler in new[] { spark, python })
            if (meddler is not null)
                await meddler.DisposeAsync();
    }
}
