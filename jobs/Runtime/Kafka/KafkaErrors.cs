using Confluent.Kafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>The client's errors as the platform's.</summary>
internal static class KafkaErrors
{
    /// <summary>Runs a call of Confluent's client; what it throws becomes one line that names the brokers.</summary>
    public static async Task<T> Named<T>(KafkaSettings settings, string what, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            throw ToLake(settings, what, e.Error, e);
        }
    }

    public static T Named<T>(KafkaSettings settings, string what, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (KafkaException e)
        {
            throw ToLake(settings, what, e.Error, e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // a setting that there is not, or a value that it does not take
            throw LakeException.Invalid($"a Kafka setting is refused: {settings.Redact(e.Message)}", e);
        }
    }

    public static LakeException ToLake(KafkaSettings settings, string what, Error error, Exception? inner = null)
    {
        var reason = settings.Redact(error.Reason);
        return error.Code switch
        {
            ErrorCode.Local_Transport
                or ErrorCode.Local_AllBrokersDown
                or ErrorCode.Local_Resolve
                or ErrorCode.Local_TimedOut
                or ErrorCode.Local_TimedOutQueue
                or ErrorCode.Local_MsgTimedOut =>
                Unreachable(settings, what, reason, inner),
            _ when IsRefusal(error.Code) =>
                LakeException.Invalid($"{what}: Kafka at {settings.Brokers} refuses the log-in ({reason}); check the security settings", inner),
            ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.GroupAuthorizationFailed =>
                LakeException.Invalid($"{what}: Kafka at {settings.Brokers} does not allow it ({reason}); grant the rights", inner),
            ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition =>
                LakeException.Unavailable($"{what}: Kafka at {settings.Brokers} has no such topic or partition ({reason}); create the topic", inner),
            _ => LakeException.Unavailable($"{what}: Kafka at {settings.Brokers} answers {error.Code} ({reason})", inner),
        };
    }

    /// <summary>The brokers, or the client itself, refuse the log-in: trying again does not help.</summary>
    public static bool IsRefusal(ErrorCode code) =>
        code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed;

    public static LakeException Unreachable(KafkaSettings settings, string what, string reason, Exception? inner = null)
    {
        // a listener of another kind says nothing that a client could tell from silence
        var security = settings.Security.GetValueOrDefault("security.protocol") is { } protocol
            ? $", or correct security.protocol, which is {protocol} here" : "";
        return LakeException.Unavailable(
            $"{what}: no Kafka answers at {settings.Brokers} ({reason}); start it or name another with --brokers{security}", inner);
    }
}
