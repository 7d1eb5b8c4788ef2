namespace Dart.Lake.Host.Output;

/// <summary>Tells how far a compaction is; silent where a program reads stdout.</summary>
sealed class CompactReporter(string table, PlainLines? lines) : IProgress<(int Done, int Of)>
{
    public void Report((int Done, int Of) value) => lines?.Say($"{table}: {value.Done:N0} of {value.Of:N0} files joined");
}
