using System.Runtime.InteropServices;
using System.Text;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>rd_kafka_message_t of rdkafka.h 2.16.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    public int Error;
    public nint Topic;
    public int Partition;
    public byte* Value;
    public nuint ValueLength;
    public byte* Key;
    public nuint KeyLength;
    public long Offset;
    public nint Private;
}

/// <summary>rd_kafka_topic_partition_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativePartition
{
    public byte* Topic;
    public int Partition;
    public long Offset;
    public void* Metadata;
    public nuint MetadataSize;
    public nint Opaque;
    public int Error;
    public nint Internal;
}

/// <summary>rd_kafka_topic_partition_list_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativePartitionList
{
    public int Count;
    public int Size;
    public NativePartition* Items;
}

/// <summary>The functions of librdkafka that Confluent.Kafka does not show: batches in and out, and the in-process cluster.</summary>
internal static unsafe partial class NativeKafka
{
    public const int PartitionEof = -191, OffsetOutOfRange = -140, AssignPartitions = -175;
    public const int UnknownPartition = 3, NoLeader = 5, NotLeader = 6;
    public const int FlagCopy = 2, FlagPartition = 8;
    public const int Producer = 0, Consumer = 1;
    public const int MessageNotPersisted = 0;

    public static string ErrorText(int error) => Marshal.PtrToStringUTF8(rd_kafka_err2str(error)) ?? $"error {error}";

    /// <summary>What a client calls, on the thread that polls it; the last argument is what the client was made with.</summary>
    public readonly struct Callbacks
    {
        public delegate* unmanaged[Cdecl]<nint, NativeMessage*, nint, void> Delivered { get; init; }
        public delegate* unmanaged[Cdecl]<nint, int, byte*, nint, void> Failed { get; init; }
        public delegate* unmanaged[Cdecl]<nint, int, NativePartitionList*, nint, void> Rebalanced { get; init; }
    }

    /// <summary>A client with the given settings. A refused setting is Invalid, without its value.</summary>
    public static nint NewClient(int type, IEnumerable<KeyValuePair<string, string>> settings, in Callbacks callbacks, nint opaque)
    {
        KafkaLibrary.Load();
        var conf = rd_kafka_conf_new();
        Span<byte> error = stackalloc byte[512];
        fixed (byte* text = error)
        {
            foreach (var (name, value) in settings)
                if (rd_kafka_conf_set(conf, name, value, text, 512) != 0)
                {
                    rd_kafka_conf_destroy(conf);
                    throw LakeException.Invalid($"the Kafka setting {name} is refused by the client; check its name and value");
                }
            rd_kafka_conf_set_log_cb(conf, 0);
            rd_kafka_conf_set_opaque(conf, opaque);
            if (callbacks.Delivered is not null)
                rd_kafka_conf_set_dr_msg_cb(conf, callbacks.Delivered);
            if (callbacks.Failed is not null)
                rd_kafka_conf_set_error_cb(conf, callbacks.Failed);
            if (callbacks.Rebalanced is not null)
                rd_kafka_conf_set_rebalance_cb(conf, callbacks.Rebalanced);
            var client = rd_kafka_new(type, conf, text, 512);
            if (client != 0)
                return client;
            rd_kafka_conf_destroy(conf);
            throw LakeException.Invalid($"the Kafka client does not start with these settings: {Encoding.UTF8.GetString(error[..error.IndexOf((byte)0)])}");
        }
    }

    /// <summary>What the library has for a setting by itself.</summary>
    public static string Setting(string name)
    {
        var conf = rd_kafka_conf_new();
        try
        {
            Span<byte> value = stackalloc byte[1024];
            var size = (nuint)value.Length;
            fixed (byte* text = value)
                return rd_kafka_conf_get(conf, name, text, ref size) == 0
                    ? Encoding.UTF8.GetString(value[..value.IndexOf((byte)0)])
                    : throw LakeException.Bug($"librdkafka has no setting {name}");
        }
        finally
        {
            rd_kafka_conf_destroy(conf);
        }
    }

    [LibraryImport(KafkaLibrary.Name)] public static partial nint rd_kafka_err2str(int error);
    [LibraryImport(KafkaLibrary.Name)] public static partial nint rd_kafka_conf_new();
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_conf_destroy(nint conf);
    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_conf_set(nint conf, string name, string value, byte* error, nuint size);
    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_conf_get(nint conf, string name, byte* value, ref nuint size);
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_conf_set_log_cb(nint conf, nint callback);
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_conf_set_opaque(nint conf, nint opaque);
    [LibraryImport(KafkaLibrary.Name)]
    public static partial void rd_kafka_conf_set_dr_msg_cb(
        nint conf, delegate* unmanaged[Cdecl]<nint, NativeMessage*, nint, void> callback);
    [LibraryImport(KafkaLibrary.Name)]
    public static partial void rd_kafka_conf_set_error_cb(nint conf, delegate* unmanaged[Cdecl]<nint, int, byte*, nint, void> callback);
    [LibraryImport(KafkaLibrary.Name)]
    public static partial void rd_kafka_conf_set_rebalance_cb(
        nint conf, delegate* unmanaged[Cdecl]<nint, int, NativePartitionList*, nint, void> callback);
    [LibraryImport(KafkaLibrary.Name)] public static partial nint rd_kafka_new(int type, nint conf, byte* error, nuint size);
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_destroy(nint client);
    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_poll(nint client, int milliseconds);
    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_flush(nint client, int milliseconds);
    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_purge(nint client, int flags);
    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_outq_len(nint client);

    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_poll_set_consumer(nint client);
    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_consumer_close(nint client);
    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_subscribe(nint client, NativePartitionList* topics);
    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_assign(nint client, NativePartitionList* partitions);
    [LibraryImport(KafkaLibrary.Name)] public static partial NativePartitionList* rd_kafka_topic_partition_list_new(int size);
    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativePartition* rd_kafka_topic_partition_list_add(NativePartitionList* list, string topic, int partition);
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_topic_partition_list_destroy(NativePartitionList* list);
    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_get_watermark_offsets(nint client, string topic, int partition, out long low, out long high);
    [LibraryImport(KafkaLibrary.Name)] public static partial nint rd_kafka_queue_get_consumer(nint client);
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_queue_destroy(nint queue);
    [LibraryImport(KafkaLibrary.Name)]
    public static partial nint rd_kafka_consume_batch_queue(nint queue, int milliseconds, NativeMessage** messages, nuint size);
    [LibraryImport(KafkaLibrary.Name), SuppressGCTransition] public static partial void rd_kafka_message_destroy(NativeMessage* message);
    [LibraryImport(KafkaLibrary.Name), SuppressGCTransition]
    public static partial long rd_kafka_message_timestamp(NativeMessage* message, out int type);
    [LibraryImport(KafkaLibrary.Name)] public static partial int rd_kafka_message_status(NativeMessage* message);

    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rd_kafka_topic_new(nint client, string topic, nint conf);
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_topic_destroy(nint topic);
    [LibraryImport(KafkaLibrary.Name)] public static partial nint rd_kafka_topic_name(nint topic);
    [LibraryImport(KafkaLibrary.Name)]
    public static partial int rd_kafka_produce_batch(nint topic, int partition, int flags, NativeMessage* messages, int count);
    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_query_watermark_offsets(
        nint client, string topic, int partition, out long low, out long high, int milliseconds);

    [LibraryImport(KafkaLibrary.Name)] public static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_mock_cluster_destroy(nint cluster);
    [LibraryImport(KafkaLibrary.Name)] public static partial nint rd_kafka_mock_cluster_bootstraps(nint cluster);
    [LibraryImport(KafkaLibrary.Name)] public static partial void rd_kafka_mock_set_controller_id(nint cluster, int broker);
    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicas);
    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_mock_topic_delete(nint cluster, string topic);
    [LibraryImport(KafkaLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_mock_partition_delete_records(nint cluster, string topic, int partition, long beforeOffset);
}
