using System.Text.Json;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

/// <summary>Reads the paths of the machine that wrote a fixture from where it lies now.</summary>
internal sealed class MappedStore(string folder, JsonElement fixture) : IObjectStore
{
    readonly LocalObjectStore store = new("/");

    public Task<byte[]> ReadAsync(string location, long limit, CancellationToken cancel) =>
        store.ReadAsync(Map(location), limit, cancel);

    public Task WriteNewAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task WriteStreamAsync(string location, Func<Stream, Task> write, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task WriteFileAsync(string location, Func<string, Task> write, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task<Stream?> TryOpenAsync(string location, CancellationToken cancel) => throw new NotSupportedException();

    public Task<LocalFile> AsFileAsync(string location, long length, CancellationToken cancel) => throw new NotSupportedException();

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancel) => throw new NotSupportedException();

    public Task DeleteAsync(string location, CancellationToken cancel) => throw new NotSupportedException();

    public Task DeleteBelowAsync(string folder, Func<string, bool> keep, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Where a file of the fixture lies here.</summary>
    public string Map(string location)
    {
        if (fixture.TryGetProperty("map", out var map))
            foreach (var rule in map.EnumerateObject())
                if (location.StartsWith(rule.Name, StringComparison.Ordinal))
                    return Path.Combine(folder, rule.Value.GetString() + location[rule.Name.Length..]);
        return location;
    }
}
