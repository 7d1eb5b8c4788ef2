using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// Files say by ids which columns they have. One that the table has no more, or whose name is another's by now, would be read as null for
/// ever, whatever the table is given later.
/// </summary>
public static class WrittenColumns
{
    /// <summary>Whether the table, as it is now, still has all columns that files were written with.</summary>
    public static bool AreOf(Table table, TableContract written)
    {
        var schema = table.Metadata.Schema;
        return written.Columns.All(c => schema.Find(c.Id) is not null && (schema.Find(c.Name)?.Id ?? c.Id) == c.Id);
    }

    /// <summary>A change that is refused (Conflict) where others have taken a column away that its files were written with.</summary>
    public static TableChange Keeping(TableIdent table, TableContract written, TableIntent intent) => new(table, now =>
    {
        Check(now, written);
        return intent;
    });

    /// <exception cref="LakeException">Conflict: it has not; write the rows anew with the columns of now.</exception>
    public static void Check(Table table, TableContract written)
    {
        if (!AreOf(table, written))
            throw LakeException.Conflict($"{table.Ident} has other columns than the rows that were to be committed");
    }
}
