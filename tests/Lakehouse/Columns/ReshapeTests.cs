using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Columns;

public sealed class ReshapeTests
{
    [Fact]
    public void Rows_go_on_in_a_batch_of_more_columns_and_wider_types()
    {
        var before = Contract(("a", "int"), ("b", "decimal(10, 2)"), ("c", "string"), ("d", "int"));
        var batch = new ColumnBatch(before);
        foreach (var row in new object?[][] { [1, (Int128)250, "x", 4], [null, null, null, null] })
        {
            for (var i = 0; i < row.Length; i++)
                batch[i].AppendBoxed(row[i]);
            batch.EndRow();
        }
        var shaped = batch.Reshape(Contract(("new", "binary"), ("c", "string"), ("a", "long"), ("b", "decimal(30, 2)"), ("d", "double")));
        Assert.Equal(2, shaped.RowCount);
        Assert.Equal((true, true, true, true), (shaped[0].IsNull(0), shaped[0].IsNull(1), shaped[1].IsNull(1), shaped[2].IsNull(1)));
        Assert.Equal("x"u8, shaped.Text(1)[0]);
        Assert.Equal((1, 250, 4), (shaped.Int64(2).Values[0], (int)shaped.Int128(3).Values[0], shaped.Double(4).Values[0]));
    }

    static TableContract Contract(params (string Name, string Type)[] columns) => new()
    {
        Name = "t.t",
        Table = "t.t",
        Key = null,
        Description = "",
        Columns = [.. columns.Select((c, i) => new ContractColumn(i + 1, c.Name,
            ColumnType.Parse(c.Type), true, "", "", ColumnEncoding.Default))],
    };
}
