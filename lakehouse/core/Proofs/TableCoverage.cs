using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>The coordinates that a table's rows have now.</summary>
static class TableCoverage
{
    static readonly TableIdent holes = TableIdent.Parse(LakeNames.LogHoles);

    /// <summary>Adds those of all its files.</summary>
    /// <exception cref="LakeException">Corrupt, Unavailable: a file, which is named.</exception>
    public static async Task AddAsync(Lake lake, Table table, Coverage coverage, CancellationToken cancel)
    {
        var plan = await lake.Scan.PlanAsync(table, new ScanOptions(), cancel).ConfigureAwait(false);
        var columns = table.Ident == holes ? CoordinateFile.Columns.OfHoles(plan.Schema) : CoordinateFile.Columns.OfRows(plan.Schema);
        foreach (var file in plan.Files)
            try
            {
                await CoordinateFile.ReadAsync(lake.Store, file.Path, columns, group => coverage.Add(table.Ident, group), cancel)
                    .ConfigureAwait(false);
            }
            catch (FileNotFoundException e)
            {
                throw LakeException.Corrupt($"{file.Path} of {table.Ident} is not there; restore it, or roll the table back", e);
            }
    }
}
