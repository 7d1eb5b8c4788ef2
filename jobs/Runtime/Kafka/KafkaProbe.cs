using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>Whether a Kafka answers, and what of ours it has.</summary>
public static class KafkaProbe
{
    /// <summary>How many of the platform's topics are there.</summary>
    /// <exception cref="LakeException">Unavailable: what listens there is no Kafka, or it does not answer within the settings' timeout.
    /// Invalid: a setting or the log-in is refused.</exception>
    public static async Task<int> TopicsAsync(KafkaSettings settings, CancellationToken cancel)
    {
        using var admin = new KafkaAdmin(settings);
        return (await admin.FindAsync([.. Topics.All.Select(topic => topic.Name)], cancel).ConfigureAwait(false)).Count;
    }
}
