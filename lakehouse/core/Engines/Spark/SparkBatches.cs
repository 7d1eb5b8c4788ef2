using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using ArrowBatch = Dart.Lake.Lakehouse.Engines.Spark.Protocol.ArrowBatch;

namespace Dart.Lake.Lakehouse.Engines.Spark;

/// <summary>Puts the pieces of Arrow streams together and reads them. What comes whole is read where it lies.</summary>
sealed class SparkBatches
{
    static readonly CompressionCodecFactory codecs = new();

    readonly Queue<RecordBatch> ready = new();
    readonly List<ReadOnlyMemory<byte>> pieces = [];
    long rows;

    /// <summary>Of the answer; null: nothing has come yet.</summary>
    public Apache.Arrow.Schema? Schema { get; private set; }

    /// <exception cref="LakeException">Unavailable: a piece is missing or doubled, or it is no Arrow stream.</exception>
    public void Add(ArrowBatch piece)
    {
        var (index, count) = piece.HasNumChunksInBatch ? (piece.ChunkIndex, piece.NumChunksInBatch) : (0, 1);
        if (index != pieces.Count || index >= count || piece.HasStartOffset && piece.StartOffset != rows)
            throw LakeException.Unavailable(
                $"Spark sends a piece of its answer out of its place (piece {index + 1} of {count}, row {piece.StartOffset}); run it again");
        pieces.Add(piece.Data.Memory);
        if (pieces.Count < count)
            return;
        var read = Add(pieces.Count == 1 ? pieces[0] : Joined());
        pieces.Clear();
        if (read != piece.RowCount)
            throw LakeException.Unavailable($"a batch of Spark's answer has {read} rows where {piece.RowCount} were announced; run it again");
        rows += read;
    }

    /// <summary>A whole stream; gives its rows.</summary>
    public long Add(ReadOnlyMemory<byte> stream)
    {
        var read = 0L;
        try
        {
            using var reader = new ArrowStreamReader(stream, codecs);
            Schema ??= reader.Schema;
            while (reader.ReadNextRecordBatch() is { } batch)
            {
                read += batch.Length;
                if (batch.Length > 0)
                    ready.Enqueue(batch);
                else
                    batch.Dispose();
            }
            return read;
        }
        catch (Exception e) when (e is not LakeException and not OutOfMemoryException)
        {
            throw LakeException.Unavailable(
                $"Spark sends an answer that is no Arrow stream ({e.Message.ReplaceLineEndings(" ")}); run it again", e);
        }
    }

    byte[] Joined()
    {
        var (joined, at) = (new byte[pieces.Sum(p => p.Length)], 0);
        foreach (var piece in pieces)
        {
            piece.CopyTo(joined.AsMemory(at));
            at += piece.Length;
        }
        return joined;
    }

    /// <summary>The next batch; null: none is ready.</summary>
    public RecordBatch? Take() => ready.TryDequeue(out var batch) ? batch : null;

    /// <summary>The answer is at its end.</summary>
    /// <exception cref="LakeException">Unavailable: a piece is missing.</exception>
    public void End()
    {
        if (pieces.Count > 0)
            throw LakeException.Unavailable("the last batch of Spark's answer lacks a piece; run it again");
    }
}
