using System.IO.Compression;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>Table metadata by location, parsed once (the files never change), up to a number of tables. Thread-safe.</summary>
sealed class MetadataStore(IObjectStore store, int maxTables = 128)
{
    const long MaxFile = 256 << 20;

    /// <summary>Of what is written: a file that grows still finds readers for a while.</summary>
    public const long MostWritten = MaxFile / 2;

    readonly Lock gate = new();
    readonly Dictionary<string, TableMetadata> byLocation = new(StringComparer.Ordinal);
    readonly Queue<string> oldestFirst = new();

    /// <exception cref="LakeException">Corrupt or Unavailable, naming the file.</exception>
    public async Task<TableMetadata> ReadAsync(string location, CancellationToken cancel)
    {
        lock (gate)
            if (byLocation.TryGetValue(location, out var known))
                return known;
        var metadata = TableMetadataJson.Read(await ReadTextAsync(location, cancel), location);
        Keep(location, metadata);
        return metadata;
    }

    /// <summary>The JSON of a metadata file, of a view too; unzipped where its name says so.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadTextAsync(string location, CancellationToken cancel)
    {
        try
        {
            var bytes = await store.ReadAsync(location, MaxFile, cancel);
            return IsGzip(location) ? Unzip(bytes, location) : bytes;
        }
        catch (LakeException e) when (e.InnerException is FileNotFoundException or DirectoryNotFoundException)
        {
            // no state of the table can be found without it, so there is nothing to roll back to
            throw LakeException.Unavailable($"{FileLocation.Shown(location)} is not there, and the table with it; restore the file, or the lake from a backup", e);
        }
    }

    public void Keep(string location, TableMetadata metadata)
    {
        lock (gate)
        {
            if (!byLocation.TryAdd(location, metadata))
                return;
            oldestFirst.Enqueue(location);
            while (oldestFirst.Count > maxTables)
                byLocation.Remove(oldestFirst.Dequeue());
        }
    }

    static bool IsGzip(string location) =>
        location.EndsWith(".gz.metadata.json", StringComparison.Ordinal) || location.EndsWith(".metadata.json.gz", StringComparison.Ordinal);

    static ReadOnlyMemory<byte> Unzip(byte[] bytes, string location)
    {
        try
        {
            using var unzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var target = new MemoryStream();
            var buffer = new byte[64 << 10];
            for (var read = unzip.Read(buffer); read > 0; read = unzip.Read(buffer))
            {
                target.Write(buffer, 0, read);
                if (target.Length > MaxFile)
                    throw LakeException.Corrupt($"table metadata {location} unzips to more than {MaxFile >> 20} MB");
            }
            return target.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw LakeException.Corrupt($"table metadata {location} cannot be unzipped ({e.Message}); restore the file", e);
        }
    }
}
