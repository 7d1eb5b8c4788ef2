namespace Dart.Lake.Host.Tests.Lines;

/// <summary>Tests of what is typed beside one small lake, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SmallLakeTests : ICollectionFixture<SmallLake>
{
    public const string Name = "a small lake";
}
