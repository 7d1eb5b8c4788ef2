using Apache.Arrow;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>
/// Rows of one contract, column by column, on their way from wire to file. A decoder appends one value to each column and then calls
/// <see cref="EndRow"/>; what fails half way is taken back with <see cref="Rollback"/>. Not thread-safe.
/// </summary>
public sealed class ColumnBatch
{
    readonly Column[] columns;

    /// <param name="contract">Its columns, in its order.</param>
    /// <param name="capacity">Rows to make room for; more may follow.</param>
    public ColumnBatch(TableContract contract, int capacity = 1024)
    {
        Contract = contract;
        columns = [.. contract.Columns.Select(c => Create(c, capacity))];
    }

    public TableContract Contract { get; }

    /// <summary>Complete rows.</summary>
    public int RowCount { get; private set; }

    public int ColumnCount => columns.Length;

    /// <summary>Bytes that the rows take in memory.</summary>
    public long ByteSize
    {
        get
        {
            var size = 0L;
            foreach (var column in columns)
                size += column.ByteSize;
            return size;
        }
    }

    public Column this[int i] => columns[i];

    /// <summary>int and date columns.</summary>
    public Int32Column Int32(int i) => (Int32Column)columns[i];

    /// <summary>long, timestamptz and decimal columns of up to 18 digits.</summary>
    public Int64Column Int64(int i) => (Int64Column)columns[i];

    /// <summary>decimal columns of more than 18 digits.</summary>
    public Int128Column Int128(int i) => (Int128Column)columns[i];

    public DoubleColumn Double(int i) => (DoubleColumn)columns[i];

    public BooleanColumn Boolean(int i) => (BooleanColumn)columns[i];

    public TextColumn Text(int i) => (TextColumn)columns[i];

    public BinaryColumn Binary(int i) => (BinaryColumn)columns[i];

    /// <summary>Counts the row whose values have just been appended, one to each column.</summary>
    public void EndRow() => RowCount++;

    /// <summary>Takes back what was appended since the last complete row.</summary>
    public void Rollback()
    {
        foreach (var column in columns)
            if (column.Count > RowCount)
                column.Truncate(RowCount);
    }

    /// <summary>Keeps the first rows only.</summary>
    public void Truncate(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, RowCount);
        foreach (var column in columns)
            column.Truncate(rows);
        RowCount = rows;
    }

    /// <summary>Forgets all rows and dictionaries, keeps the memory. Arrow views of before become invalid.</summary>
    public void Reset() => Truncate(0);

    /// <summary>Copies of the named rows, as a batch of its own.</summary>
    internal ColumnBatch Select(IReadOnlyList<int> rows)
    {
        var selected = new ColumnBatch(Contract, rows.Count);
        for (var c = 0; c < columns.Length; c++)
            foreach (var row in rows)
                selected.columns[c].AppendFrom(columns[c], row);
        selected.RowCount = rows.Count;
        return selected;
    }

    /// <summary>
    /// The rows as a batch of another contract: columns meet by name, a type may be wider (int to long, more digits of a
    /// decimal), what this batch lacks is null.
    /// </summary>
    public ColumnBatch Reshape(TableContract contract)
    {
        var shaped = new ColumnBatch(contract, Math.Max(RowCount, 1024));
        foreach (var column in shaped.columns)
        {
            var source = System.Array.Find(columns, c => c.Definition.Name == column.Definition.Name);
            for (var row = 0; row < RowCount; row++)
                if (source is null)
                    column.AppendNull();
                else
                    column.AppendWider(source, row);
        }
        shaped.RowCount = RowCount;
        return shaped;
    }

    /// <summary>
    /// The rows as Arrow, without a copy; valid until the next append, truncation or reset. Fields carry the contract's ids.
    /// </summary>
    /// <exception cref="LakeException">Bug: the columns have not the same number of rows.</exception>
    public RecordBatch ToRecordBatch()
    {
        foreach (var column in columns)
            if (column.Count != RowCount)
                throw LakeException.Bug($"{Contract.Name}: column {column.Definition.Name} has {column.Count} rows, the batch {RowCount}");
        var schema = new Apache.Arrow.Schema([.. columns.Select(c => ArrowFields.Of(c.Definition, c.ArrowType))], null);
        return new RecordBatch(schema, columns.Select(c => c.ToArrow()), RowCount);
    }

    static Column Create(ContractColumn column, int capacity) => column.Type.Kind switch
    {
        ColumnKind.String => new TextColumn(column, capacity),
        ColumnKind.Int or ColumnKind.Date => new Int32Column(column, capacity),
        ColumnKind.Long or ColumnKind.Timestamptz => new Int64Column(column, capacity),
        ColumnKind.Decimal when column.Type.Precision <= 18 => new Int64Column(column, capacity),
        ColumnKind.Decimal => new Int128Column(column, capacity),
        ColumnKind.Double => new DoubleColumn(column, capacity),
        ColumnKind.Boolean => new BooleanColumn(column, capacity),
        ColumnKind.Binary => new BinaryColumn(column, capacity),
        _ => throw LakeException.Bug($"{column.Type} has no column"),
    };
}
