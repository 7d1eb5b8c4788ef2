namespace Dart.Lake.Host.Output;

/// <summary>Tells how far an analysis is; silent where a program reads stdout.</summary>
sealed class AnalysisReporter(string table, PlainLines? lines) : IProgress<(long Done, long Of)>
{
    public void Report((long Done, long Of) value) => lines?.Say($"{table}: {value.Done:N0} of {value.Of:N0} rows read");
}
