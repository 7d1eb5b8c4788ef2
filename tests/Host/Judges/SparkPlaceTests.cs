namespace Dart.Lake.Host.Tests.Judges;

/// <summary>Tests of one Spark, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SparkPlaceTests : ICollectionFixture<SparkPlace>
{
    public const string Name = "a Spark over a lake";
}
