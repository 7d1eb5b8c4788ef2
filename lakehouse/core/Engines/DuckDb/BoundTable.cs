using Apache.Arrow;
using Apache.Arrow.Types;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>Values that a query is about, as a table of the session: so none of them is ever part of its SQL.</summary>
public sealed class BoundTable
{
    readonly List<Field> fields = [];
    readonly List<IArrowArray> columns = [];

    public BoundTable Add(string name, IEnumerable<string> values) =>
        Add(name, StringType.Default, new StringArray.Builder().AppendRange(values).Build());

    public BoundTable Add(string name, IEnumerable<long> values) =>
        Add(name, Int64Type.Default, new Int64Array.Builder().AppendRange(values).Build());

    /// <summary>Shows the values as the table; what it showed before is gone.</summary>
    public Task LoadAsync(LakeSession session, TableIdent table, CancellationToken cancel) => LoadAsync(
        (schema, batch) => session.LoadAsync(table, schema, [batch], cancel));

    /// <summary>The same for a session without a lake.</summary>
    public Task LoadAsync(DuckDbSession session, TableIdent table, CancellationToken cancel) => LoadAsync(
        (schema, batch) => session.LoadAsync(table, schema, [batch], cancel));

    async Task LoadAsync(Func<Schema, RecordBatch, Task> load)
    {
        var schema = new Schema(fields, null);
        using var batch = new RecordBatch(schema, columns, columns[0].Length);
        await load(schema, batch);
    }

    BoundTable Add(string name, IArrowType type, IArrowArray values)
    {
        fields.Add(new(name, type, nullable: false));
        columns.Add(values);
        return this;
    }
}
