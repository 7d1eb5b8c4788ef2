namespace Dart.Lake.Lakehouse.Storage;

/// <summary>
/// Immutable objects by location, metadata and data files alike. An object is there whole and durable, or not at all: not while it is
/// written, and not when its writing fails, is cancelled or dies. A name is the caller's; of two that write it at once one wins.
/// </summary>
public interface IObjectStore
{
    /// <summary>Writes a new object. Conflict when it exists; Unavailable when the store fails.</summary>
    Task WriteNewAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel);

    /// <summary>
    /// Writes a new object in order, of a length that shows at its end (on S3: a multipart upload). It is there once
    /// <paramref name="write"/> has ended; when that throws, it is not. Conflict when it exists; Unavailable when the store fails.
    /// </summary>
    Task WriteStreamAsync(string location, Func<Stream, Task> write, CancellationToken cancel);

    /// <summary>
    /// Writes a new object by a program that writes files by itself: <paramref name="write"/> is given the path of a file on this machine
    /// to create, which the store then takes (on a local disk: renames; on S3: uploads and deletes). Conflict when the object exists;
    /// Unavailable when the store fails.
    /// </summary>
    Task WriteFileAsync(string location, Func<string, Task> write, CancellationToken cancel);

    /// <summary>
    /// The whole object. Unavailable when it is not there; Corrupt when it is larger than <paramref name="limit"/> bytes.
    /// </summary>
    Task<byte[]> ReadAsync(string location, long limit, CancellationToken cancel);

    /// <summary>
    /// The object as a stream that knows its length and can seek, so that a reader takes the ranges that it needs (on S3: a GET of a
    /// range, ahead of small reads); null when it is not there. Unavailable when the store fails; reading throws IOException.
    /// </summary>
    Task<Stream?> TryOpenAsync(string location, CancellationToken cancel);

    /// <summary>
    /// The object as a file for a program that reads files by itself: on a local disk the file, on S3 a copy of it from a bounded cache
    /// that processes share. Unavailable when it is not there, or the store fails; Corrupt when it has another length.
    /// </summary>
    Task<LocalFile> AsFileAsync(string location, long length, CancellationToken cancel);

    /// <summary>
    /// What lies below a folder, at any depth and in no order (on S3: by pages), and on a local disk also what a writer has not finished.
    /// Links are not followed. None when the folder is not there; Unavailable when the store fails.
    /// </summary>
    IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancel);

    /// <summary>Deletes the object; one that is not there is no error.</summary>
    Task DeleteAsync(string location, CancellationToken cancel);

    /// <summary>
    /// Deletes what lies below a folder at any depth, but for what <paramref name="keep"/> wants, and on a local disk the folders that are
    /// empty then, that one too. Nobody else may write there meanwhile.
    /// </summary>
    Task DeleteBelowAsync(string folder, Func<string, bool> keep, CancellationToken cancel);
}
