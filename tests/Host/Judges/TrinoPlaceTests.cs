namespace Dart.Lake.Host.Tests.Judges;

/// <summary>Tests of one Trino, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class TrinoPlaceTests : ICollectionFixture<TrinoPlace>
{
    public const string Name = "a Trino over a lake";
}
