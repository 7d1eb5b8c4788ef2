using Dart.Lake.Jobs.Producers;

namespace Dart.Lake.Host.Output;

/// <summary>Reports at once, on the producer's thread.</summary>
sealed class ProducerReporter(Action<ProducerProgress> report) : IProgress<ProducerProgress>
{
    public void Report(ProducerProgress value) => report(value);
}
