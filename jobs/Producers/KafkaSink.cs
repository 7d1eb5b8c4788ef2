using Dart.Lake.Jobs.Runtime.Kafka;

namespace Dart.Lake.Jobs.Producers;

/// <summary>Puts batches on Kafka; waits where the batch producer waits, and returns once a batch is handed over.</summary>
static class KafkaSink
{
    /// <summary>A sink on a producer that was made for the four topics. It blocks the calling thread while there is no room.</summary>
    public static EventSink On(BatchProducer producer) => (batch, cancel) =>
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var view = batch[i];
            if (view.IsNull)
                producer.SendTombstone(view.Topic.Name, view.Partition, view.Key, cancel);
            else
                producer.Send(view.Topic.Name, view.Partition, view.Key, view.Value, cancel);
        }
        producer.Push(cancel);
        return ValueTask.CompletedTask;
    };
}
