namespace Dart.Lake.Lakehouse.Storage;

/// <summary>Immutable objects by location. What was written is durable before the call returns.</summary>
public interface IObjectStore
{
    /// <summary>Writes a new object, durably. Conflict when it exists; Unavailable when the store fails.</summary>
    Task WriteNewAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel);

    /// <summary>The whole object. Unavailable when it is not there; Corrupt when it is larger than <paramref name="limit"/> bytes.</summary>
    Task<byte[]> ReadAsync(string location, long limit, CancellationToken cancel);

    Task<bool> ExistsAsync(string location, CancellationToken cancel);

    /// <summary>Deletes the object; one that is not there is no error.</summary>
    Task DeleteAsync(string location, CancellationToken cancel);
}
