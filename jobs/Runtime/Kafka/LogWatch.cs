using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>
/// Knows which logs a job reads, and looks on a timer whether they still are the same: a topic that is deleted while it is consumed gives no error, and after a
/// lost connection only the anchors tell whether the records are the same. Bears with brokers that are gone for a while. Not thread-safe.
/// </summary>
internal sealed class LogWatch(LogWatchSettings settings, KafkaAdmin admin, BatchConsumer consumer, IReadOnlyList<string> topics, TimeProvider time, ILogger log)
{
    static readonly TimeSpan again = TimeSpan.FromSeconds(1), sayAgain = TimeSpan.FromSeconds(30);

    // Zero: the brokers never answered, so there is nothing to be patient with.
    long heard, looked, missed;
    TimeSpan lookIn;

    /// <summary>The logs behind the topics, in their order.</summary>
    public IReadOnlyList<LogIdentity> Logs { get; private set; } = [];

    /// <summary>The topic that was found to be another log.</summary>
    public string? Replaced { get; private set; }

    /// <summary>Whether it is time to look again.</summary>
    public bool IsDue => time.GetElapsedTime(looked) >= lookIn;

    /// <summary>Records came, so the brokers are there.</summary>
    public void Heard() => heard = time.GetTimestamp();

    /// <summary>Identifies the logs that are about to be read; waits for topics that are not there yet, and says so.</summary>
    /// <exception cref="LakeException">Unavailable: no broker answers, or topics are not there after the limit. Invalid: the log-in is refused.</exception>
    public async Task BeginAsync(CancellationToken cancel)
    {
        var (started, said) = (time.GetTimestamp(), 0L);
        while (true)
        {
            var found = await BearAsync(() => admin.FindAsync(topics, cancel), cancel).ConfigureAwait(false);
            var missing = string.Join(", ", topics.Where(t => !found.ContainsKey(t)));
            if (missing.Length == 0)
            {
                consumer.TakeDisconnected();
                Logs = [.. topics.Select(t => found[t])];
                (looked, lookIn) = (time.GetTimestamp(), settings.Every);
                return;
            }
            if (time.GetElapsedTime(started) >= settings.WaitForTopics)
                throw LakeException.Unavailable($"topics that are not at Kafka {admin.Brokers}: {missing}; create them, or start the producers first");
            if (said == 0 || time.GetElapsedTime(said) >= sayAgain)
            {
                said = time.GetTimestamp();
                log.LogWarning("topics that are not at Kafka yet: {Missing}; waiting until they are created", missing);
            }
            await Task.Delay(again, time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>When it is time, compares the topics with the logs that are read.</summary>
    /// <exception cref="LakeException">Unavailable: no broker has answered, or a topic has been gone, for longer than the limit. Invalid: the log-in is refused.</exception>
    public async Task<LogChange> LookAsync(CancellationToken cancel)
    {
        if (!IsDue)
            return LogChange.None;
        (looked, lookIn) = (time.GetTimestamp(), settings.Every);
        IReadOnlyDictionary<string, LogIdentity> found;
        try
        {
            found = await admin.FindAsync(topics, cancel).ConfigureAwait(false);
        }
        catch (LakeException e) when (MayBear(e))
        {
            log.LogWarning("{Message}; trying again", e.Message);
            lookIn = again;
            return LogChange.None;
        }
        Heard();
        if (topics.FirstOrDefault(t => !found.ContainsKey(t)) is { } gone)
            return Miss(gone);
        missed = 0;
        Replaced = Logs.Where(l => l.LogId != found[l.Topic].LogId).Select(l => l.Topic).FirstOrDefault();
        return Replaced is not null ? LogChange.Replaced
            : consumer.TakeDisconnected() || Logs.Any(l => l != found[l.Topic]) ? LogChange.ReadAgain
            : LogChange.None;
    }

    /// <summary>A topic is gone; who deleted it may be about to create it again.</summary>
    LogChange Miss(string topic)
    {
        missed = missed == 0 ? time.GetTimestamp() : missed;
        if (time.GetElapsedTime(missed) >= settings.UnavailableAfter)
            throw LakeException.Unavailable($"topic {topic} was deleted from Kafka {admin.Brokers} while it was consumed; create it again, and start the job again to read the new one");
        log.LogWarning("topic {Topic} is gone from Kafka; looking again", topic);
        lookIn = again;
        return LogChange.None;
    }

    /// <summary>Asks the brokers; once they have answered in this process they may be gone for a while.</summary>
    public async Task<T> BearAsync<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        while (true)
            try
            {
                var answer = await ask().ConfigureAwait(false);
                Heard();
                return answer;
            }
            catch (LakeException e) when (MayBear(e))
            {
                log.LogWarning("{Message}; trying again", e.Message);
                await Task.Delay(again, time, cancel).ConfigureAwait(false);
            }
    }

    bool MayBear(LakeException e) => e.Kind == LakeErrorKind.Unavailable && heard != 0 && time.GetElapsedTime(heard) < settings.UnavailableAfter;
}
