using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// A row of the catalog's table of tables, whoever made it: one database may hold several catalogs, and views beside tables.
/// </summary>
/// <param name="Catalog">The name of the catalog that sees it.</param>
/// <param name="Ident">Of the table or view.</param>
/// <param name="IsView">It is no table: its metadata file is of another kind, and names no files.</param>
/// <param name="Location">Of its current metadata file.</param>
sealed record CatalogRow(string Catalog, TableIdent Ident, bool IsView, string Location)
{
    /// <summary>Whether it is a table that we load.</summary>
    public bool IsOurs => !IsView && Catalog == TableRows.CatalogName;

    public override string ToString() =>
        $"{(IsView ? "the view " : "")}{Ident}{(Catalog == TableRows.CatalogName ? "" : $" of the catalog '{Catalog}'")}";
}
