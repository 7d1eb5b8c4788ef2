namespace Dart.Lake.Schemas;

/// <summary>How a column is written to Parquet.</summary>
public enum ColumnEncoding
{
    /// <summary>Strings by dictionary, all else as the writer likes.</summary>
    Default,
    /// <summary>DELTA_BINARY_PACKED without a dictionary: rising integers and times.</summary>
    Delta,
    Dictionary,
    Plain,
}

/// <summary>A column of a contract. Ids are Iceberg field ids and never reused.</summary>
public sealed record ContractColumn(
    int Id, string Name, ColumnType Type, bool Nullable, string Unit, string Description, ColumnEncoding Encoding)
{
    /// <summary>Times that a record may have in the column; those of a timestamp or a date, else they mean nothing.</summary>
    public TimeBounds Times { get; init; } = TimeBounds.Common;

    /// <summary>The column came from a writer's schema: the table has it, and no contract of ours.</summary>
    public bool IsAdditional { get; init; }
}

/// <summary>A partition field: source column, Iceberg transform, field name.</summary>
public sealed record ContractPartition(string Source, string Transform, string Name);

/// <summary>The canonical export: columns that are left out and the columns that order it.</summary>
public sealed record CanonicalForm(IReadOnlyList<string> Exclude, IReadOnlyList<string> Order);

/// <summary>
/// What a table, or a hash of the hot store, promises (<c>tables/NAMESPACE/NAME.yml</c>): of a file one of <see cref="Table"/> and
/// <see cref="Key"/> is set; neither is of columns that are in no store, such as a marker's.
/// </summary>
public sealed record TableContract
{
    /// <summary><c>namespace.name</c>; the contract's name in <see cref="TableContracts"/> (<c>hot.px</c> for a hash).</summary>
    public required string Name { get; init; }

    /// <summary>The Iceberg table, or null for a hash of the hot store.</summary>
    public required string? Table { get; init; }

    /// <summary>The pattern of the hash's key, for example <c>hot:px:{instrument}</c>, or null for a table.</summary>
    public required string? Key { get; init; }

    public required string Description { get; init; }
    public required IReadOnlyList<ContractColumn> Columns { get; init; }
    public IReadOnlyList<ContractPartition> Partitions { get; init; } = [];
    public IReadOnlyList<string> Sort { get; init; } = [];
    public IReadOnlyList<RowRule> RowRules { get; init; } = [];
    public CanonicalForm Canonical { get; init; } = new([], []);

    /// <summary>
    /// Names that the table has given to columns which are not among <see cref="Columns"/>, because nothing of ours writes them.
    /// </summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];

    /// <summary>
    /// Of a bronze table the columns that come from the event itself, in their order:
    /// two records of the same source and sequence are equal when all of them are.
    /// </summary>
    public IEnumerable<ContractColumn> Payload => Columns.Where(c => !IsCoordinate(c.Name));

    /// <summary>
    /// The contract as it is for a quarantined row that somebody has released: no greatest value, and no time within which a row must be
    /// known. What gives a row its place and its sign is never lifted.
    /// </summary>
    public TableContract Lifted => this with
    {
        RowRules = [.. RowRules.Where(r => r is not WithinRule).Select(r => r is RangeRule range ? range with { Max = null } : r)],
    };

    /// <summary>Whether a column of bronze says where a row comes from, and nothing of what it says.</summary>
    public static bool IsCoordinate(string column) => column.StartsWith('_');

    /// <summary>Position of the column, or -1.</summary>
    public int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
            if (string.Equals(Columns[i].Name, column, StringComparison.Ordinal))
                return i;
        return -1;
    }

    /// <summary>The column of that name.</summary>
    /// <exception cref="LakeException">Invalid: there is none.</exception>
    public ContractColumn Column(string name) =>
        IndexOf(name) is >= 0 and var i
            ? Columns[i]
            : throw LakeException.Invalid($"{Name} has no column '{name}'; it has {string.Join(", ", Columns.Select(c => c.Name))}");
}
