using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>The tables that a running job writes to.</summary>
static class StreamedTables
{
    /// <summary>All of them, as one read of the catalog sees them.</summary>
    /// <exception cref="LakeException">Corrupt: one is gone. Unavailable: the catalog, or a table's metadata.</exception>
    public static async Task<IReadOnlyDictionary<TableIdent, Table>> LoadAsync(
        ICatalog catalog, IReadOnlyCollection<TableIdent> idents, CancellationToken cancel)
    {
        var tables = await catalog.LoadAllAsync(idents, cancel).ConfigureAwait(false);
        return idents.FirstOrDefault(ident => !tables.ContainsKey(ident)) is { } gone ? throw Gone(gone) : tables;
    }

    public static LakeException Gone(TableIdent table) =>
        LakeException.Corrupt($"{table} is gone: it was dropped while the job ran; start the job again when that was wanted");
}
