namespace Dart.Lake.Lakehouse.Storage;

/// <summary>An object as a file of this machine. It stays there until this is disposed.</summary>
/// <param name="path">Absolute.</param>
/// <param name="held">Keeps it there; null: nobody takes it away.</param>
public sealed class LocalFile(string path, IDisposable? held) : IDisposable
{
    public string Path => path;

    public void Dispose() => held?.Dispose();
}
