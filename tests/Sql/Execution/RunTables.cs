using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>Which tables a run has written to, asked of the lake and not of the run.</summary>
internal static class RunTables
{
    /// <summary>The current snapshot of every table that is there.</summary>
    public static async Task<IReadOnlyDictionary<string, long?>> SnapshotsAsync(Lake lake)
    {
        var idents = TableContracts.All.Where(c => c.Table is not null).Select(c => TableIdent.Parse(c.Name));
        var tables = await lake.Catalog.LoadAllAsync([.. idents], CancellationToken.None);
        return tables.Values.ToDictionary(t => t.Ident.ToString(), t => t.Metadata.CurrentSnapshotId, StringComparer.Ordinal);
    }

    /// <summary>Names of the tables that have another snapshot than before, in order.</summary>
    public static IReadOnlyList<string> Changed(IReadOnlyDictionary<string, long?> before, IReadOnlyDictionary<string, long?> after) =>
        [.. after.Where(t => before.GetValueOrDefault(t.Key) != t.Value).Select(t => t.Key).Order(StringComparer.Ordinal)];
}
