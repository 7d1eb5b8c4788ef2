using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>Batches in memory as an Arrow stream.</summary>
internal sealed class BatchStream(Apache.Arrow.Schema schema, IEnumerable<RecordBatch> batches) : IArrowArrayStream
{
    readonly IEnumerator<RecordBatch> next = batches.GetEnumerator();

    public Apache.Arrow.Schema Schema => schema;

    public ValueTask<RecordBatch?> ReadNextRecordBatchAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(next.MoveNext() ? next.Current : null);

    public void Dispose() => next.Dispose();
}
