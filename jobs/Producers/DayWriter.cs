using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Permit;
using Google.Protobuf;

namespace Dart.Lake.Jobs.Producers;

/// <summary>
/// Encodes the events of a day into batches, counts them, and gives full batches to the sink. Writing never waits; whoever writes calls
/// <see cref="FlushIfFullAsync"/> now and then, which does.
/// </summary>
sealed class DayWriter(DateOnly date, EventTarget target, Pacer pacer, IProgress<ProducerProgress>? progress)
{
    readonly EventBatch batch = new();
    long reached;

    public Tally Tally { get; } = new();

    /// <summary>What is being sent, for the progress.</summary>
    public string Phase { get; set; } = "reference";

    public void Write(in MarketDataEvent data)
    {
        var writer = Begin(Topics.MarketData, data.Instrument, data.EventTime);
        writer.Write(in data);
        Tally.Sent(Topics.MarketData, (int)data.Kind, batch.End() + data.Instrument.Utf8.Length);
    }

    public void Write(in TradeEvent trade)
    {
        var writer = Begin(Topics.Trades, trade.Account, trade.EventTime);
        writer.Write(in trade);
        Tally.Sent(Topics.Trades, (int)trade.Kind, batch.End() + trade.Account.Utf8.Length);
        Tally.SentTrade(trade.Account);
    }

    public void Write(ReferenceEvent reference)
    {
        // The topic is compacted: what belongs to a date must not replace another date's.
        var dated = reference.AsOf is { } days ? $":{DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(days):yyyy-MM-dd}" : "";
        var key = new EncodedText($"{reference.Kind.Word()}:{reference.Id}{dated}");
        var writer = Begin(Topics.Reference, key, reference.EventTime);
        writer.Write(reference);
        Tally.Sent(Topics.Reference, (int)reference.Kind, batch.End() + key.Utf8.Length);
    }

    public void Write(EncodedText account, PermitEvent permit)
    {
        var writer = Begin(Topics.Permit, account, permit.EventTimeMicros);
        writer.Raw([0]); // the index of the only message
        permit.WriteTo(writer.Take(permit.CalculateSize()));
        Tally.Sent(Topics.Permit, (int)permit.BodyCase - (int)PermitEvent.BodyOneofCase.Position, batch.End() + account.Utf8.Length);
    }

    /// <summary>Sends a spoiled payload; the body is written as a sound sender would.</summary>
    public void WriteMalformed(Topic topic, EncodedText key, Malformation kind, Action<AvroWriter> body)
    {
        var writer = batch.Begin(topic, Murmur2.Partition(key.Utf8, target.Partitions[topic.Index]), key.Utf8);
        MalformedPayload.Write(writer, kind, target.Schemas.Of(topic), body);
        var bytes = batch.End(kind == Malformation.NullValue) + key.Utf8.Length;
        var sent = batch[batch.Count - 1];
        Tally.SentMalformed(topic, kind, PayloadIdentity.Of(sent.Key, sent.Value, sent.IsNull), bytes);
    }

    /// <summary>Sends the markers to every partition of every topic. What is written from here on is late.</summary>
    public async ValueTask EndOfDayAsync(EncodedText source, CancellationToken cancel)
    {
        await FlushAsync(cancel);
        // a compacted topic takes no record without a key
        var key = System.Text.Encoding.UTF8.GetBytes($"END_OF_DAY:{date:yyyy-MM-dd}");
        foreach (var topic in Topics.All)
            for (var partition = 0; partition < target.Partitions[topic.Index]; partition++)
            {
                var writer = batch.Begin(topic, partition, key);
                writer.Frame(target.Schemas.EndOfDay);
                writer.WriteEndOfDay(date, source);
                Tally.SentMarker(topic, batch.End());
            }
        await FlushAsync(cancel);
        Tally.DayEnded = true;
        if (target.DayEnded is { } ended)
            await ended(cancel);
    }

    /// <summary>Gives the batch to the sink once it is full; when paced, as soon as it is time for the last event.</summary>
    public ValueTask FlushIfFullAsync(CancellationToken cancel) =>
        batch.IsFull || pacer.IsPaced && batch.Count > 0 ? FlushAsync(cancel) : ValueTask.CompletedTask;

    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (batch.Count == 0)
            return;
        await pacer.WaitAsync(reached, cancel);
        await target.Sink(batch, cancel);
        batch.Clear();
        progress?.Report(new ProducerProgress(date, Phase, Tally.Events, Tally.Bytes));
    }

    AvroWriter Begin(Topic topic, EncodedText key, long eventTime)
    {
        reached = Math.Max(reached, eventTime);
        var writer = batch.Begin(topic, Murmur2.Partition(key.Utf8, target.Partitions[topic.Index]), key.Utf8);
        writer.Frame(target.Schemas.Of(topic));
        return writer;
    }
}
