using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Dart.Lake.Lakehouse.Engines;

/// <summary>The answer of a query, as a stream of Arrow batches that is read once. Dispose it to end the query.</summary>
public sealed class QueryResult(
    IArrowArrayStream stream, Func<Exception, Exception> translate, Func<ValueTask> release, CancellationToken query) : IAsyncDisposable
{
    bool released;

    public Apache.Arrow.Schema Schema => stream.Schema;

    /// <summary>The batches; each is valid until the next.</summary>
    public async IAsyncEnumerable<RecordBatch> ReadBatchesAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(query, cancel);
        while (await NextAsync(both.Token) is { } batch)
            using (batch)
                yield return batch;
    }

    // Engines compute the next batch here, in the calling thread if nobody gives another.
    async Task<RecordBatch?> NextAsync(CancellationToken cancel)
    {
        try
        {
            return await Task.Run(async () => await stream.ReadNextRecordBatchAsync(cancel), cancel);
        }
        catch (Exception e) when (translate(e) != e)
        {
            throw translate(e);
        }
    }

    /// <summary>All rows as values of <see cref="ArrowValue.At"/>; for answers that are known to be small.</summary>
    /// <exception cref="LakeException">Invalid: more than <paramref name="limit"/> rows.</exception>
    public async Task<IReadOnlyList<object?[]>> ReadRowsAsync(int limit, CancellationToken cancel)
    {
        var rows = new List<object?[]>();
        await foreach (var batch in ReadBatchesAsync(cancel))
        {
            if (rows.Count + batch.Length > limit)
                throw LakeException.Invalid($"the answer has more than {limit} rows; add a LIMIT or read it as a stream");
            for (var row = 0; row < batch.Length; row++)
            {
                var values = new object?[batch.ColumnCount];
                for (var column = 0; column < values.Length; column++)
                    values[column] = ArrowValue.At(batch.Column(column), row);
                rows.Add(values);
            }
        }
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        if (released)
            return;
        released = true;
        stream.Dispose();
        await release();
    }
}
