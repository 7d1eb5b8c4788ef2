namespace Dart.Lake.Tests.Support;

/// <summary>How long tests may take: a few seeds, or, with DARTLAKE_TEST_SIZE=full, as many as were promised.</summary>
public static class TestSize
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full";

    /// <summary>Seeds from 1 on.</summary>
    public static IEnumerable<int> Seeds(int quick, int full) => Enumerable.Range(1, IsFull ? full : quick);
}
