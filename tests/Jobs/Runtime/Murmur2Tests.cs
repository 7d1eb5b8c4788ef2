using System.Text;
using Dart.Lake.Jobs.Runtime.Kafka;

namespace Dart.Lake.Jobs.Tests.Runtime;

public sealed class Murmur2Tests
{
    /// <summary>Values of Kafka's own UtilsTest.testMurmur2.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Hashes_are_those_of_Java(string key, int hash) =>
        Assert.Equal(hash, unchecked((int)Murmur2.Hash(Encoding.UTF8.GetBytes(key))));
}
