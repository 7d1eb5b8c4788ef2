using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>What a topic must look like when it has to be created.</summary>
public sealed record TopicDefinition(string Name, int Partitions, bool Compacted = false);

/// <summary>Asks the brokers which logs there are, and creates topics.</summary>
internal sealed class KafkaAdmin : IDisposable
{
    // When one broker refuses the log-in, another may still answer.
    static readonly TimeSpan grace = TimeSpan.FromSeconds(1);
    static readonly TimeSpan betweenLooks = TimeSpan.FromMilliseconds(200);

    readonly KafkaSettings settings;
    readonly IAdminClient client;
    // A client that is refused tries on, and its calls end as if nobody had answered; only its error handler is told why.
    volatile Task asked = Task.CompletedTask;
    volatile TaskCompletionSource<Error> refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KafkaAdmin(KafkaSettings settings)
    {
        this.settings = settings;
        client = KafkaErrors.Named(
            settings,
            "Kafka",
            () => new AdminClientBuilder(settings.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, e) => Hear(e)).Build());
    }

    /// <summary>Where Kafka is, and how patient one is with it.</summary>
    public KafkaSettings Settings => settings;

    /// <summary>The logs behind the topics, in their order.</summary>
    /// <exception cref="LakeException">Unavailable: no broker answers, or a topic is not there.</exception>
    public async Task<IReadOnlyList<LogIdentity>> IdentifyAsync(IReadOnlyCollection<string> topics, CancellationToken cancel)
    {
        var found = await FindAsync(topics, cancel).ConfigureAwait(false);
        return [.. topics.Select(t => found.TryGetValue(t, out var log) ? log
            : throw LakeException.Unavailable($"topic {t} is not at Kafka {settings.Brokers}; create it, or start the producers first"))];
    }

    /// <summary>The logs behind those of the topics that are there.</summary>
    /// <exception cref="LakeException">Unavailable: no broker answers.</exception>
    public async Task<IReadOnlyDictionary<string, LogIdentity>> FindAsync(IReadOnlyCollection<string> topics, CancellationToken cancel)
    {
        var found = await DescribeAsync(topics, cancel).ConfigureAwait(false);
        if (found.Count == 0)
            return new Dictionary<string, LogIdentity>();
        // Asked for the cluster while the brokers know of none that is up, librdkafka ends the process (rdkafka_admin.c, assertion
        // rko_result). Then no partition has a leader: a lone broker that was too slow for its controller is like that for a while.
        if (!found.Values.Any(t => t.Partitions.Exists(p => p.Leader is not null)))
            throw KafkaErrors.Unreachable(settings, "asking for the cluster id", "no partition has a leader");
        var cluster = await KafkaErrors.Named(settings, "asking for the cluster id",
            () => AnswerAsync(
                client.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = settings.Timeout }),
                cancel)).ConfigureAwait(false);
        return found.ToDictionary(
            d => d.Key,
            d => new LogIdentity(d.Key, $"{cluster.ClusterId}/{d.Value.TopicId}", d.Value.Partitions.Count),
            StringComparer.Ordinal);
    }

    /// <summary>Creates the topics that are not there, with as many replicas as the brokers' own setting says.</summary>
    /// <returns>The logs behind all of them, in their order, once the brokers know of them.</returns>
    /// <exception cref="LakeException">Unavailable: no broker answers, or they do not come to know of them.</exception>
    public async Task<IReadOnlyList<LogIdentity>> EnsureAsync(IReadOnlyCollection<TopicDefinition> topics, CancellationToken cancel)
    {
        await CreateAsync(topics, cancel).ConfigureAwait(false);
        // each question may go to another broker, which hears of a topic, and of who leads it, a little later
        for (var left = (int)(settings.Patience / betweenLooks); ; left--)
        {
            try
            {
                return await IdentifyAsync([.. topics.Select(t => t.Name)], cancel).ConfigureAwait(false);
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Unavailable && left > 0)
            {
                await Task.Delay(betweenLooks, TimeProvider.System, cancel).ConfigureAwait(false);
            }
        }
    }

    async Task CreateAsync(IReadOnlyCollection<TopicDefinition> topics, CancellationToken cancel)
    {
        var found = await DescribeAsync([.. topics.Select(t => t.Name)], cancel).ConfigureAwait(false);
        var missing = topics.Where(t => !found.ContainsKey(t.Name)).Select(t => new TopicSpecification
        {
            Name = t.Name,
            NumPartitions = t.Partitions,
            ReplicationFactor = -1,
            Configs = t.Compacted ? new() { ["cleanup.policy"] = "compact" } : [],
        }).ToList();
        if (missing.Count == 0)
            return;
        try
        {
            await client.CreateTopicsAsync(missing, new CreateTopicsOptions
            {
                RequestTimeout = settings.Timeout,
                OperationTimeout = settings.Timeout,
            }).WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (CreateTopicsException e) when (e.Results.All(r => r.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another process was first.
        }
        catch (KafkaException e)
        {
            throw KafkaErrors.ToLake(settings, "creating topics", e is CreateTopicsException c ? c.Results.First(r => r.Error.IsError).Error : e.Error, e);
        }
    }

    async Task<Dictionary<string, TopicDescription>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancel)
    {
        List<TopicDescription> descriptions;
        try
        {
            var result = await AnswerAsync(client.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(topics),
                new DescribeTopicsOptions { RequestTimeout = settings.Timeout }), cancel).ConfigureAwait(false);
            descriptions = result.TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            descriptions = e.Results.TopicDescriptions;
            foreach (var d in descriptions.Where(d => d.Error.IsError && d.Error.Code != ErrorCode.UnknownTopicOrPart))
                throw KafkaErrors.ToLake(settings, $"asking for topic {d.Name}", d.Error, e);
        }
        catch (KafkaException e)
        {
            throw KafkaErrors.ToLake(settings, "asking for topics", e.Error, e);
        }
        return descriptions.Where(d => !d.Error.IsError).ToDictionary(d => d.Name, StringComparer.Ordinal);
    }

    /// <summary>A call's answer, or soon the refusal of the log-in, for which the call would wait until it gives up.</summary>
    async Task<T> AnswerAsync<T>(Task<T> call, CancellationToken cancel)
    {
        var refusal = refused.Task;
        asked = call;
        try
        {
            await Task.WhenAny(call, refusal).WaitAsync(cancel).ConfigureAwait(false);
            var answer = await (call.IsCompleted ? call : call.WaitAsync(grace, cancel)).ConfigureAwait(false);
            refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return answer;
        }
        catch (Exception e) when (e is TimeoutException or KafkaException
        {
            Error.Code: ErrorCode.Local_TimedOut
            or ErrorCode.Local_Transport
            or ErrorCode.Local_AllBrokersDown
        } && refusal.IsCompleted)
        {
            throw new KafkaException(await refusal.ConfigureAwait(false), e);
        }
    }

    void Hear(Error error)
    {
        if (KafkaErrors.IsRefusal(error.Code))
            refused.TrySetResult(error);
    }

    /// <summary>
    /// A client that is destroyed while it reads the answer to one of these calls ends the whole process (librdkafka's assertion on
    /// rko_result in rd_kafka_admin_response_parse): one that is not waited for any more is destroyed when its call has ended. Where the
    /// log-in was refused no answer comes, and a handshake that goes on while the process ends is no better.
    /// </summary>
    public void Dispose()
    {
        if (asked.IsCompleted || refused.Task.IsCompleted)
            client.Dispose();
        else
            // elsewhere: the thread that ends the call is the client's own
            _ = asked.ContinueWith(
                ended =>
                {
                    _ = ended.Exception;
                    client.Dispose();
                },
                CancellationToken.None,
                TaskContinuationOptions.RunContinuationsAsynchronously,
                TaskScheduler.Default);
    }
}
