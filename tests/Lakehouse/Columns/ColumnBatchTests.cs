using System.Text;
using Apache.Arrow;
using CsCheck;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Columns;

public sealed class ColumnBatchTests
{
    static readonly TableContract contract = Contracts.Of("bronze.small",
        ("id", "long", false, ColumnEncoding.Delta),
        ("name", "string", true, ColumnEncoding.Dictionary),
        ("flag", "boolean", true, ColumnEncoding.Default),
        ("raw", "binary", true, ColumnEncoding.Default));

    sealed record Row(long Id, string? Name, bool? Flag, byte[]? Raw);

    static readonly Gen<Row> rows = Gen.Select(
        Gen.Long,
        Gen.String[Gen.Char["abé∑"], 0, 3].Null(),
        Gen.Bool.Nullable(),
        Gen.Byte.Array[0, 20].Null(),
        (id, name, flag, raw) => new Row(id, name, flag, raw));

    [Fact]
    public void Appending_rolling_back_and_truncating_leaves_what_a_plain_list_would_hold() =>
        Gen.Select(rows, Gen.Int[0, 9], (row, what) => (row, what)).Array[0, 400].Sample(steps =>
        {
            var batch = new ColumnBatch(contract, capacity: 1);
            var model = new List<Row>();
            foreach (var (row, what) in steps)
                Step(batch, model, row, what);
            Equal(model, batch.ToRecordBatch());
        }, iter: 300);

    [Fact]
    public void A_boxed_value_is_appended_as_the_column_holds_it_and_another_type_is_refused()
    {
        var batch = new ColumnBatch(Contracts.AllTypes);
        var values = Contracts.AllTypes.Columns.Select(column => (object?)(column.Type.Kind switch
        {
            ColumnKind.String => "é",
            ColumnKind.Boolean => true,
            ColumnKind.Double => -0.5,
            ColumnKind.Binary => new byte[] { 0, 255 },
            ColumnKind.Int or ColumnKind.Date => -7,
            ColumnKind.Decimal => (Int128)(-12),
            _ => -8L,
        })).ToList();
        for (var i = 0; i < batch.ColumnCount; i++)
        {
            batch[i].AppendBoxed(values[i]);
            Assert.Equal(LakeErrorKind.Bug, Assert.Throws<LakeException>(() => batch[i].AppendBoxed(new object())).Kind);
        }
        batch.EndRow();
        for (var i = 0; i < batch.ColumnCount; i++)
            if (batch[i].Definition.Nullable)
                batch[i].AppendBoxed(null);
            else
                Assert.Throws<LakeException>(() => batch[i].AppendBoxed(null));
        Assert.All(Enumerable.Range(0, batch.ColumnCount), i => Assert.False(batch[i].IsNull(0)));
        Assert.Equal("é", Encoding.UTF8.GetString(batch.Text(2)[0]));
        Assert.Equal((-8L, -7), (batch.Int64(1).Values[0], batch.Int32(0).Values[0]));
        Assert.Throws<OverflowException>(() => batch.Int64(1).AppendBoxed((Int128)long.MaxValue + 1));
    }

    static void Step(ColumnBatch batch, List<Row> model, Row row, int what)
    {
        batch.Int64(0).Append(row.Id);
        if (row.Name is null) batch.Text(1).AppendNull(); else batch.Text(1).Append(row.Name);
        if (what == 0)
        {
            batch.Rollback();
            return;
        }
        if (row.Flag is null) batch.Boolean(2).AppendNull(); else batch.Boolean(2).Append(row.Flag.Value);
        if (row.Raw is null) batch.Binary(3).AppendNull(); else batch.Binary(3).Append(row.Raw);
        batch.EndRow();
        model.Add(row);
        if (what != 1)
            return;
        var keep = model.Count / 2;
        batch.Truncate(keep);
        model.RemoveRange(keep, model.Count - keep);
    }

    static void Equal(List<Row> model, RecordBatch batch)
    {
        Assert.Equal(model.Count, batch.Length);
        var ids = (Int64Array)batch.Column(0);
        var names = (DictionaryArray)batch.Column(1);
        var values = (StringArray)names.Dictionary;
        var flags = (BooleanArray)batch.Column(2);
        var raws = (BinaryArray)batch.Column(3);
        Assert.Equal(model.Count(r => r.Name is null), names.NullCount);
        for (var i = 0; i < model.Count; i++)
        {
            Assert.Equal(model[i].Id, ids.GetValue(i));
            Assert.Equal(model[i].Name, names.IsNull(i) ? null : values.GetString(((Int32Array)names.Indices).GetValue(i)!.Value));
            Assert.Equal(model[i].Flag, flags.GetValue(i));
            Assert.Equal(raws.IsNull(i), model[i].Raw is null);
            if (model[i].Raw is { } raw)
                Assert.Equal(raw, raws.GetBytes(i).ToArray());
        }
    }

    [Fact]
    public void A_text_column_with_too_many_values_turns_plain_and_goes_back_to_codes_after_a_reset()
    {
        var batch = new ColumnBatch(Contracts.Of("bronze.text", ("name", "string", true, ColumnEncoding.Dictionary)));
        var text = batch.Text(0);
        for (var round = 0; round < 2; round++)
        {
            const int count = TextColumn.MaxDictionary + 1000;
            for (var i = 0; i < count; i++)
            {
                if (i % 1000 == 7) text.AppendNull(); else text.Append("value " + i);
                batch.EndRow();
            }
            Assert.False(text.IsDictionary);
            var array = (StringArray)batch.ToRecordBatch().Column(0);
            Assert.Equal("value 8", array.GetString(8));
            Assert.Null(array.GetString(7));
            Assert.Equal("value " + (count - 1), array.GetString(count - 1));
            batch.Reset();
            Assert.True(text.IsDictionary);
        }
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_and_leave_no_trace()
    {
        var batch = new ColumnBatch(Contracts.Of("bronze.text", ("name", "string", true, ColumnEncoding.Dictionary), ("detail", "string", true, ColumnEncoding.Default)));
        byte[] lone = [0xC3, 0x28];
        for (var i = 0; i < 2; i++)
        {
            var text = batch.Text(i);
            Assert.Equal(LakeErrorKind.Invalid, Assert.Throws<LakeException>(() => text.Append(lone)).Kind);
            Assert.Equal(0, text.Count);
            text.Append("𝄞 clef"u8);
            Assert.Equal("𝄞 clef", Encoding.UTF8.GetString(text[0]));
        }
    }

    [Fact]
    public void A_required_column_takes_no_null() =>
        Assert.Contains(
            "id is required", Assert.Throws<LakeException>(() => new ColumnBatch(contract).Int64(0).AppendNull()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_row_that_misses_a_column_is_never_written()
    {
        var batch = new ColumnBatch(contract);
        batch.Int64(0).Append(1);
        batch.EndRow();
        Assert.Equal(LakeErrorKind.Bug, Assert.Throws<LakeException>(() => batch.ToRecordBatch()).Kind);
    }

    [Fact]
    public void Filling_a_warm_batch_allocates_nothing()
    {
        var batch = new ColumnBatch(contract, capacity: 10_000);
        // The runtime itself may allocate while it compiles again; a round that allocates nothing shows that the columns do not.
        var least = long.MaxValue;
        for (var round = 0; round < 20; round++)
        {
            batch.Reset();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Fill(batch);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);

        static void Fill(ColumnBatch batch)
        {
            Span<byte> name = stackalloc byte[4];
            for (var i = 0; i < 10_000; i++)
            {
                System.Buffers.Text.Utf8Formatter.TryFormat(i % 500, name, out var length);
                batch.Int64(0).Append(i);
                batch.Text(1).Append(name[..length]);
                batch.Boolean(2).Append(i % 3 == 0);
                if (i % 2 == 0) batch.Binary(3).AppendNull(); else batch.Binary(3).Append("abc"u8);
                batch.EndRow();
            }
        }
    }
}
