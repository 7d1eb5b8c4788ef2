using Apache.Arrow;
using Apache.Arrow.Ipc;
using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Reply = Dart.Lake.Lakehouse.Engines.Spark.Protocol.ExecutePlanResponse.ResponseTypeOneofCase;

namespace Dart.Lake.Lakehouse.Engines.Spark;

/// <summary>A statement that runs in Spark: its answer as batches. <see cref="EndAsync"/> ends it there, whatever became of it.</summary>
sealed class SparkQuery : IArrowArrayStream
{
    static readonly Apache.Arrow.Schema nothing = new([], null);

    readonly Func<Plan, SparkOperation> run;
    readonly SparkBatches batches = new();
    SparkOperation? operation;
    Relation? query;
    bool isRead, hasRows;

    /// <param name="run">Makes an operation of a plan.</param>
    public SparkQuery(Func<Plan, SparkOperation> run) => this.run = run;

    /// <summary>How far it is, of 100; null: Spark has not said yet, or rows have come.</summary>
    public double? Progress { get; private set; }

    public Apache.Arrow.Schema Schema => batches.Schema ?? nothing;

    /// <summary>Begins it, and waits until its columns are known or it has ended.</summary>
    public async Task BeginAsync(Plan plan, CancellationToken cancel)
    {
        try
        {
            operation = run(plan);
            await ReadUntilAsync(() => batches.Schema is not null, cancel);
            if (query is null)
                return;
            // the command was a query, of which nothing has run yet
            await operation.EndAsync();
            operation = run(new() { Root = query });
            isRead = false;
            await ReadUntilAsync(() => batches.Schema is not null, cancel);
        }
        catch
        {
            await EndAsync();
            throw;
        }
    }

    public async ValueTask<RecordBatch?> ReadNextRecordBatchAsync(CancellationToken cancellationToken = default)
    {
        RecordBatch? batch = null;
        await ReadUntilAsync(() => (batch = batches.Take()) is not null, cancellationToken);
        if (batch is not null)
            (hasRows, Progress) = (true, null);
        return batch;
    }

    /// <summary>Takes replies until there is what is wanted, or no more.</summary>
    async Task ReadUntilAsync(Func<bool> isThere, CancellationToken cancel)
    {
        while (!isThere() && !isRead)
            if (await operation!.NextAsync(cancel) is { } reply)
                Take(reply);
            else
            {
                batches.End();
                isRead = true;
            }
    }

    void Take(ExecutePlanResponse reply)
    {
        switch (reply.ResponseTypeCase)
        {
            case Reply.ArrowBatch:
                batches.Add(reply.ArrowBatch);
                break;
            case Reply.SqlCommandResult when reply.SqlCommandResult.Relation?.LocalRelation is { HasData: true } rows:
                batches.Add(rows.Data.Memory);
                break;
            case Reply.SqlCommandResult when reply.SqlCommandResult.Relation is { LocalRelation: null } relation:
                query = relation;
                break;
            case Reply.ExecutionProgress when !hasRows:
                Progress = ProgressOf(reply.ExecutionProgress) ?? Progress;
                break;
        }
    }

    static double? ProgressOf(ExecutionProgress progress)
    {
        var (tasks, done) = (progress.Stages.Sum(s => s.NumTasks), progress.Stages.Sum(s => s.NumCompletedTasks));
        return tasks > 0 && done >= 0 && done <= tasks ? 100.0 * done / tasks : null;
    }

    /// <summary>Ends it in Spark.</summary>
    public async Task EndAsync()
    {
        if (operation is not null)
            await operation.EndAsync();
    }

    public void Dispose()
    {
        while (batches.Take() is { } batch)
            batch.Dispose();
    }
}
