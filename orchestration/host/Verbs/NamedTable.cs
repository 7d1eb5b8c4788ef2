using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Verbs;

/// <summary>The table that somebody has typed, in any case when only one differs in nothing else.</summary>
static class NamedTable
{
    /// <exception cref="LakeException">Invalid: there is none, with those that are near it.</exception>
    public static async Task<Table> FindAsync(Lake lake, string name, CancellationToken cancel)
    {
        var ident = TableIdent.Parse(name);
        var tables = await lake.Catalog.ListAsync(cancel);
        var loaded = ident.FindIn(tables) is { } found ? await lake.Catalog.TryLoadAsync(found, cancel) : null;
        if (loaded is not null)
            return loaded;
        throw ident.FindIn((await lake.Catalog.SurveyAsync(cancel)).Views) is { } view
            ? LakeException.Invalid($"{view} is a view of another engine and no table: it has no files of its own; name the tables that it is made of")
            : Unknown(ident, tables);
    }

    static LakeException Unknown(TableIdent ident, IReadOnlyList<TableIdent> tables)
    {
        var near = tables.Where(other => other.Name == ident.Name || other.Namespace == ident.Namespace).Take(5).ToList();
        return LakeException.Invalid($"there is no table {ident}; 'dartlake table ls' lists all{(near.Count > 0 ? $", near it {string.Join(", ", near)}" : "")}");
    }
}
