using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>One table's part of a commit: a pure function from the table as it is to what shall be done.</summary>
public sealed record TableChange(TableIdent Ident, Func<Table, TableIntent> Plan)
{
    /// <summary>The table's uuid as the caller knows it; the commit is refused with Conflict when it is another. Null: any.</summary>
    public string? Uuid { get; init; }

    /// <summary>
    /// The commit is refused with Conflict unless this lease is still held,
    /// under this epoch, in the transaction of the commit; null: anybody may.
    /// </summary>
    public Lease? Fence { get; init; }

    /// <summary>The first metadata of the table where there is none of that name; null: then the commit is refused.</summary>
    internal Func<TableMetadata>? Create { get; init; }
}
