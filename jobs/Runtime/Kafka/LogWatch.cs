using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>
/// Knows which logs a job reads, and looks on a timer whether they still are the same: a topic that
/// is deleted while it is consumed gives no error, and after a lost connection only the anchors tell
/// whether the records are the same. Bears with brokers that are gone for a while. Not thread-safe.
/// </summary>
internal sealed class LogWatch(
    LogWatchSettings settings, KafkaAdmin admin, BatchConsumer consumer, IReadOnlyList<string> topics, TimeProvider time, ILogger log)
{
    static readonly TimeSpan again = TimeSpan.FromSeconds(1), sayAgain = TimeSpan.FromSeconds(30);

    /// <summary>Until the first word of a loss: half of it passes until one asks, half until one says that there is no answer.</summary>
    readonly TimeSpan mostSilent = FirstWord.Of(admin.Settings.Patience) / 2;

    // Zero: the brokers never answered, so there is nothing to be patient with.
    long heard, looked, missed;
    (string Text, long At) warned = ("", 0);
    TimeSpan lookIn;

    /// <summary>The logs behind the topics, in their order.</summary>
    public IReadOnlyList<LogIdentity> Logs { get; private set; } = [];

    /// <summary>Whether it is time to look again; soon when the client cannot read on.</summary>
    public bool IsDue => time.GetElapsedTime(looked) >= (consumer.IsOutOfRange && lookIn > again ? again : lookIn);

    /// <summary>Records came, so the brokers are there.</summary>
    public void Heard() => heard = time.GetTimestamp();

    /// <summary>Identifies the logs that are about to be read; those that were identified before must be the same.</summary>
    /// <exception cref="LakeException">As <see cref="ConfirmAsync"/>.</exception>
    public async Task BeginAsync(CancellationToken cancel)
    {
        var found = await ConfirmAsync(cancel).ConfigureAwait(false);
        consumer.TakeDisconnected();
        Logs = [.. topics.Select(t => found[t])];
        (looked, lookIn) = (time.GetTimestamp(), Pace);
    }

    /// <summary>What the brokers told meanwhile is of the logs that were identified: none is another one by now.</summary>
    /// <returns>The logs as they are now, by topic.</returns>
    /// <exception cref="LakeException">As <see cref="WaitAsync"/>. Unavailable: a topic is another log than before.</exception>
    public async Task<IReadOnlyDictionary<string, LogIdentity>> ConfirmAsync(CancellationToken cancel)
    {
        var found = await WaitAsync(cancel).ConfigureAwait(false);
        return Logs.FirstOrDefault(l => l.LogId != found[l.Topic].LogId)?.Topic is { } replaced
            ? throw Replaced(replaced)
            : found;
    }

    /// <summary>Waits for topics that are not there yet, and says so. Logs by topic.</summary>
    /// <exception cref="LakeException">Unavailable: no broker answers, or topics
    /// are not there after the limit. Invalid: the log-in is refused.</exception>
    public async Task<IReadOnlyDictionary<string, LogIdentity>> WaitAsync(CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var found = await BearAsync(() => admin.FindAsync(topics, cancel), cancel).ConfigureAwait(false);
            var missing = string.Join(", ", topics.Where(t => !found.ContainsKey(t)));
            if (missing.Length == 0)
                return found;
            // Whoever deleted a topic that was there may be about to create it again, and is given less time.
            if (time.GetElapsedTime(started) >= (Logs.Count == 0 ? settings.WaitForTopics : admin.Settings.Patience))
                throw LakeException.Unavailable($"topics that are not at Kafka {admin.Settings.Brokers}: {missing}; create them, or start the producers first");
            Warn($"topics that are not at Kafka yet: {missing}; waiting until they are created");
            await Task.Delay(again, time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What was read until now is of the logs that were identified: a topic that was created again and filled since has another id by now.
    /// Brokers that are gone for a while, and a topic that is gone, prove nothing.
    /// </summary>
    /// <exception cref="LakeException">Unavailable: a topic is another log than before, so what was read may be of either.</exception>
    public async Task ConfirmReadAsync(CancellationToken cancel)
    {
        IReadOnlyDictionary<string, LogIdentity> found;
        try
        {
            found = await ToldAsync(admin.FindAsync(topics, cancel), cancel).ConfigureAwait(false);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Unavailable)
        {
            return;
        }
        if (Logs.FirstOrDefault(l => found.TryGetValue(l.Topic, out var now) && now.LogId != l.LogId) is { } replaced)
            throw Replaced(replaced.Topic);
    }

    static LakeException Replaced(string topic) =>
        LakeException.Unavailable($"topic {topic} was deleted and created again while it was consumed; start the job again to read the new one");

    /// <summary>When it is time, compares the topics with the logs that are read.</summary>
    /// <returns>Whether to read on from the positions, after <see cref="BeginAsync"/>: a
    /// connection was lost, there are more partitions, or a topic is another log.</returns>
    /// <exception cref="LakeException">Unavailable: no broker has answered, or a topic has
    /// been gone, for longer than the limit. Invalid: the log-in is refused.</exception>
    public async Task<bool> LookAsync(CancellationToken cancel)
    {
        if (!IsDue)
            return false;
        (looked, lookIn) = (time.GetTimestamp(), Pace);
        IReadOnlyDictionary<string, LogIdentity> found;
        try
        {
            found = await ToldAsync(admin.FindAsync(topics, cancel), cancel).ConfigureAwait(false);
        }
        catch (LakeException e) when (MayBear(e))
        {
            Warn($"{e.Message}; trying again");
            lookIn = again;
            return false;
        }
        Heard();
        if (topics.FirstOrDefault(t => !found.ContainsKey(t)) is { } gone)
        {
            Miss(gone);
            return false;
        }
        missed = 0;
        return consumer.TakeDisconnected() || Logs.Any(l => l != found[l.Topic]);
    }

    /// <summary>A topic is gone; who deleted it may be about to create it again.</summary>
    void Miss(string topic)
    {
        missed = missed == 0 ? time.GetTimestamp() : missed;
        if (time.GetElapsedTime(missed) >= admin.Settings.Patience)
            throw LakeException.Unavailable($"topic {topic} was deleted from Kafka {admin.Settings.Brokers} while it was consumed; create it again, and start the job again to read the new one");
        Warn($"topic {topic} is gone from Kafka; looking again");
        lookIn = again;
    }

    /// <summary>Asks the brokers; once they have answered in this process they may be gone for a while.</summary>
    public async Task<T> BearAsync<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        while (true)
            try
            {
                var answer = await ToldAsync(ask(), cancel).ConfigureAwait(false);
                Heard();
                return answer;
            }
            catch (LakeException e) when (MayBear(e))
            {
                Warn($"{e.Message}; trying again");
                await Task.Delay(again, time, cancel).ConfigureAwait(false);
            }
    }

    TimeSpan Pace => settings.Every < mostSilent ? settings.Every : mostSilent;

    /// <summary>The answer of brokers that were there; that there is none yet is told before the client gives up.</summary>
    async Task<T> ToldAsync<T>(Task<T> answer, CancellationToken cancel)
    {
        if (heard != 0 && !await FirstWord.IsNeedlessAsync(answer, mostSilent, time, cancel).ConfigureAwait(false))
            Warn($"no Kafka answers at {admin.Settings.Brokers} as yet; waiting {admin.Settings.Patience.TotalSeconds:0} seconds for it");
        return await answer.ConfigureAwait(false);
    }

    /// <summary>Says what it waits for, at first and now and then.</summary>
    void Warn(string text)
    {
        if (text == warned.Text && time.GetElapsedTime(warned.At) < sayAgain)
            return;
        warned = (text, time.GetTimestamp());
        log.Waits(text);
    }

    bool MayBear(LakeException e) =>
        e.Kind == LakeErrorKind.Unavailable && heard != 0 && time.GetElapsedTime(heard) < admin.Settings.Patience;
}
