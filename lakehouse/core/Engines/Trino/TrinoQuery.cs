using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>A query in Trino: its answers one after the other, as batches. Ended in Trino when it is disposed of before.</summary>
sealed class TrinoQuery : IArrowArrayStream
{
    static readonly TimeSpan endLimit = TimeSpan.FromSeconds(5);
    static readonly Apache.Arrow.Schema nothing = new([], null);

    readonly TrinoRequests requests;
    readonly TrinoSession session;
    readonly bool mayWrite;
    readonly Queue<TrinoSegment> segments = new();
    TrinoRows? rows;
    Uri? next;
    bool hasRows;

    /// <param name="requests">To where.</param>
    /// <param name="session">In which.</param>
    /// <param name="mayWrite">When its end is not known, nor is what it has done.</param>
    public TrinoQuery(TrinoRequests requests, TrinoSession session, bool mayWrite) =>
        (this.requests, this.session, this.mayWrite) = (requests, session, mayWrite);

    /// <summary>Its id in Trino's history.</summary>
    public string Id { get; private set; } = "";

    /// <summary>How far it is, of 100; null: Trino has not said yet, or rows have come.</summary>
    public double? Progress { get; private set; }

    public Apache.Arrow.Schema Schema => rows?.Schema ?? nothing;

    /// <summary>Begins the query, and waits until its columns are known or it has ended.</summary>
    public async Task BeginAsync(string sql, CancellationToken cancel)
    {
        try
        {
            Take(await requests.PostAsync(sql, session, cancel));
            while (rows is null && next is { } at)
                Take(await NextAsync(at, cancel));
        }
        catch
        {
            await EndAsync();
            throw;
        }
    }

    public async ValueTask<RecordBatch?> ReadNextRecordBatchAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (rows?.Take() is { } batch)
            {
                (hasRows, Progress) = (true, null);
                return batch;
            }
            if (segments.TryDequeue(out var segment))
                await ReadAsync(segment, cancellationToken);
            else if (next is { } at)
                Take(await NextAsync(at, cancellationToken));
            else
                return null;
        }
    }

    async Task<TrinoResponse> NextAsync(Uri at, CancellationToken cancel)
    {
        try
        {
            return await requests.GetAsync(at, cancel);
        }
        catch (LakeException e) when (mayWrite && e.Kind == LakeErrorKind.Unavailable)
        {
            throw LakeException.Unknown(
                $"whether Trino has done the statement is not known ({e.Message}; Trino's query {Id}); look at what it should have changed before you repeat it", e);
        }
    }

    void Take(TrinoResponse response)
    {
        session.Read(response.Headers);
        var answer = TrinoAnswer.Read(response.Body, ref rows);
        (Id, next, Progress) = (answer.Query, answer.Next, hasRows ? null : answer.Progress ?? Progress);
        if (answer.Error is { } error)
        {
            next = null;
            throw TrinoFailure.Of(error, Id);
        }
        foreach (var segment in answer.Segments)
            segments.Enqueue(segment);
    }

    async Task ReadAsync(TrinoSegment segment, CancellationToken cancel)
    {
        if (rows is null)
            throw LakeException.Unavailable("Trino sends rows without their columns");
        var bytes = segment.Inline ?? await requests.FetchAsync(segment, cancel);
        rows.Read(segment.Inflate(bytes).Span);
        if (segment.Inline is null)
            await requests.AcknowledgeAsync(segment, cancel);
    }

    /// <summary>Ends it in Trino, if it runs.</summary>
    public async Task EndAsync()
    {
        if (next is not { } at)
            return;
        next = null;
        await requests.EndAsync(at, endLimit);
    }

    public void Dispose()
    {
        // what has to be told to the server is told by EndAsync
    }
}
