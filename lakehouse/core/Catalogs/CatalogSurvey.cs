using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>All tables of a catalog at one moment, and those that could not be loaded, with the reason.</summary>
public sealed record CatalogSurvey(IReadOnlyDictionary<TableIdent, Table> Tables, IReadOnlyDictionary<TableIdent, LakeException> LeftOut)
{
    /// <summary>Views of other engines, which only those can read.</summary>
    public IReadOnlyCollection<TableIdent> Views { get; init; } = [];
}
