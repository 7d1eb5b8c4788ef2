using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>
/// The lake's own tables, which its jobs and runs write to: clients may commit to them, compact, expire and roll back, but not take away
/// what the proofs and publications stand on.
/// </summary>
static class OwnTables
{
    public static bool Has(TableIdent ident) => TableContracts.TryGet(ident.ToString()) is not null;

    /// <exception cref="LakeException">Invalid: it is one of ours.</exception>
    public static void Refuse(TableIdent ident, string act)
    {
        if (Has(ident))
            throw LakeException.Invalid($"{ident} is one of the lake's own tables and cannot be {act} by clients");
    }

    /// <summary>A name of ours is taken by its jobs, with the columns of its contract.</summary>
    /// <exception cref="LakeException">Invalid: it is one of ours.</exception>
    public static void RefuseName(TableIdent ident)
    {
        if (Has(ident))
            throw LakeException.Invalid($"{ident} is the name of one of the lake's own tables, which its jobs make; choose another");
    }

    /// <summary>The same for who may be one of the lake's jobs, and has not said so.</summary>
    /// <exception cref="LakeException">Invalid: it is one of ours.</exception>
    public static void RefuseStranger(TableIdent ident)
    {
        if (Has(ident))
            throw Strange(ident, "they alone make it");
    }

    /// <param name="ident">The table.</param>
    /// <param name="before">As it is.</param>
    /// <param name="after">As it would be.</param>
    /// <param name="isOfTheLake">The lake itself wants it: its jobs and runs.</param>
    /// <exception cref="LakeException">Invalid: the commit changes what only the lake itself may.</exception>
    public static void Check(TableIdent ident, TableMetadata before, TableMetadata after, bool isOfTheLake)
    {
        if (!Has(ident))
            return;
        if (after.FormatVersion != before.FormatVersion)
            throw Wrong(ident, $"its format stays v{before.FormatVersion}, which is what jobs and runs write");
        if (after.Location != before.Location)
            throw Wrong(ident, "its location is that of the lake");
        if (isOfTheLake)
            return;
        var properties = before.Properties.Keys.Union(after.Properties.Keys);
        if (properties.FirstOrDefault(key => key.StartsWith(LakeNames.Start, StringComparison.Ordinal)
            && before.Properties.GetValueOrDefault(key) != after.Properties.GetValueOrDefault(key)) is { } property)
            throw Strange(ident, $"the property {property} is set by them alone");
        if (before.Refs.Keys.Union(after.Refs.Keys).FirstOrDefault(name => LakeNames.IsOwnTag(name)
            && before.Refs.GetValueOrDefault(name) != after.Refs.GetValueOrDefault(name)) is { } tag)
            throw Strange(ident, $"the tag {tag} is of a publication or a run, and never moves");
        if (before.CurrentSnapshotId is not null && after.CurrentSnapshotId is null)
            throw Wrong(ident, "its rows are not taken out of sight");
        if (before.Schema.Fields.FirstOrDefault(field => after.Schema.Find(field.Id) is not { } now
            || now.Name != field.Name || !now.Type.Equals(field.Type) || now.Required != field.Required) is { } column)
            throw Wrong(ident, $"its column {column.Name} stays as it is; nullable ones may be added");
    }

    /// <summary>What the lake's jobs may do. How they are known stands first: who shows a refusal cuts its end.</summary>
    static LakeException Strange(TableIdent ident, string why) =>
        Refused(ident, $", whose jobs send the server's DARTLAKE__Serve__LakeToken as DARTLAKE__Rest__Token: {why}");

    static LakeException Wrong(TableIdent ident, string why) => Refused(ident, $": {why}");

    static LakeException Refused(TableIdent ident, string why) =>
        LakeException.Invalid($"{ident} is one of the lake's own tables{why}; nothing was changed");
}
