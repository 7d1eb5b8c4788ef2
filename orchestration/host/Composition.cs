namespace Dart.Lake.Host;

/// <summary>The one place that chooses implementations and hands clocks, ids and settings to them.</summary>
sealed partial class Composition(Settings settings, TimeProvider time, IdSource ids)
{
    public Settings Settings => settings;
    public TimeProvider Time => time;
    public IdSource Ids => ids;

    /// <summary>Opens the lake of a folder, or makes one.</summary>
    public Task<Lake> OpenAsync(string dataDir, CancellationToken cancel) => Lake.OpenAsync(Path.GetFullPath(dataDir), time, ids, cancel);

    /// <summary>Opens a lake that must be there.</summary>
    /// <exception cref="LakeException">Invalid: no lake in that folder.</exception>
    public Task<Lake> OpenExistingAsync(string dataDir, CancellationToken cancel) =>
        File.Exists(Path.Combine(dataDir, "catalog.db"))
            ? OpenAsync(dataDir, cancel)
            : throw LakeException.Invalid($"there is no lake in {Path.GetFullPath(dataDir)}; run 'dartlake demo', or name its folder with --data-dir");
}
