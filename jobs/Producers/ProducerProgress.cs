namespace Dart.Lake.Jobs.Producers;

/// <summary>How far a producer is.</summary>
/// <param name="Phase">What it sends: reference, session, after the close, late.</param>
/// <param name="Events">Events sent so far.</param>
/// <param name="Bytes">Bytes of keys and values sent so far.</param>
public sealed record ProducerProgress(DateOnly Date, string Phase, long Events, long Bytes);
