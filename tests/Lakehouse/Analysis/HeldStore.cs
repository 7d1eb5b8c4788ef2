using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Analysis;

/// <summary>Gives files of this machine as if they were copies of a bucket's, and counts those that are held.</summary>
internal sealed class HeldStore : IObjectStore
{
    /// <summary>Of the location of a file of this machine: that of the bucket.</summary>
    public static string Away(string location) => $"s3://away{FileLocation.ToPath(location)}";

    int held, most;

    public int Held => held;

    /// <summary>At once.</summary>
    public int MostHeld => most;

    public Task<LocalFile> AsFileAsync(string location, long length, CancellationToken cancel)
    {
        most = Math.Max(most, Interlocked.Increment(ref held));
        return Task.FromResult(new LocalFile(location["s3://away".Length..], new Hold(this)));
    }

    sealed class Hold(HeldStore store) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref store.held);
    }

    public Task<byte[]> ReadAsync(string location, long limit, CancellationToken cancel) => throw new NotSupportedException();

    public Task WriteNewAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task WriteStreamAsync(string location, Func<Stream, Task> write, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task WriteFileAsync(string location, Func<string, Task> write, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task<Stream?> TryOpenAsync(string location, CancellationToken cancel) => throw new NotSupportedException();

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancel) => throw new NotSupportedException();

    public Task DeleteAsync(string location, CancellationToken cancel) => throw new NotSupportedException();

    public Task DeleteBelowAsync(string folder, Func<string, bool> keep, CancellationToken cancel) => throw new NotSupportedException();
}
