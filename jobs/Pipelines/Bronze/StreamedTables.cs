using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Microsoft.Extensions.Logging;

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

    /// <summary>
    /// Tells of tables that are about to be made in a lake in which they may have been before; a new lake has none of them.
    /// </summary>
    public static async Task TellMissingAsync(ICatalog catalog, IReadOnlyCollection<string> tables, ILogger log, CancellationToken cancel)
    {
        var there = await catalog
            .LoadAllAsync([.. tables.Append(DeadLetters.Table).Append(LogHoles.Table).Select(TableIdent.Parse)], cancel)
            .ConfigureAwait(false);
        foreach (var missing in there.Count == 0 ? [] : tables.Where(t => !there.ContainsKey(TableIdent.Parse(t))))
            log.MadeAgain(missing);
    }

    public static LakeException Gone(TableIdent table) =>
        LakeException.Corrupt($"{table} is gone: it was dropped while the job ran; start the job again when that was wanted");
}
