using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Runtime;

/// <summary>A writer's schema against ours, as Avro's specification resolves them.</summary>
public sealed class AvroResolutionTests
{
    static readonly AvroSchema reader = AvroSchemaReader.Parse(Topics.Trades.Schema.Text);

    public static TheoryData<string, string, string, string?> Promotions => new()
    {
        // column's type, writer's type, payload in hexadecimal, value; null: no value of the column
        { "long", "\"int\"", "0E", "7" },
        { "double", "\"int\"", "0E", "7" },
        { "double", "\"long\"", "0E", "7" },
        { "double", "\"float\"", "0000C03F", "1.5" },
        { "string", "\"bytes\"", "0441C3", null },
        { "string", "\"bytes\"", "044142", "AB" },
        { "string", """{"type":"enum","name":"E","symbols":["NEW","NOVATION"]}""", "02", "NOVATION" },
        { "string", """{"type":"enum","name":"E","symbols":["NEW"]}""", "02", null },
        { "binary", "\"string\"", "044142", "4142" },
        { "binary", """{"type":"fixed","name":"F","size":2}""", "4142", "4142" },
        { "timestamptz", "\"long\"", "0E", "7" },
        { "timestamptz", """{"type":"long","logicalType":"timestamp-millis"}""", "0E", "7000" },
        { "timestamptz", """{"type":"long","logicalType":"timestamp-nanos"}""", "E0D403", "30" },
        { "timestamptz", """{"type":"long","logicalType":"timestamp-nanos"}""", "0E", null },
        { "date", "\"int\"", "0E", "7" },
        // an int of 33 bits is none, however wide the column is
        { "long", "\"int\"", "8080808020", null },
        { "timestamptz", "\"int\"", "8080808020", null },
        { "long", """{"type":"int","logicalType":"time-millis"}""", "0E", "7" },
        { "double", """{"type":"int","logicalType":"time-millis"}""", "0E", "7" },
        { "decimal(18, 6)", """{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}""", "0401F4", "5000000" },
        { "decimal(18, 6)", """{"type":"bytes","logicalType":"decimal","precision":20,"scale":8}""", "0827BCC680", null },
        { "decimal(18, 6)", """{"type":"bytes","logicalType":"decimal","precision":20,"scale":8}""", "0800989680", "100000" },
        { "decimal(18, 6)", """{"type":"bytes","logicalType":"decimal","precision":60,"scale":6}""", "28" + "00000000000000000000000000000000000000FA", "250" },
        { "decimal(18, 6)", """{"type":"fixed","name":"F","size":20,"logicalType":"decimal","precision":30,"scale":6}""", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF06", "-250" },
        { "decimal(38, 10)", """{"type":"bytes","logicalType":"decimal","precision":12,"scale":12}""", "0265", null },
        { "long", """["null","int","long"]""", "020E", "7" },
        { "long", """["null","int","string"]""", "040241", null },
        { "long", """["long"]""", "000E", "7" },
        { "long", """["null","int","long"]""", "00", "null" },
    };

    [Theory]
    [MemberData(nameof(Promotions))]
    public void A_value_of_another_type_is_the_columns_or_a_dead_letter_that_names_the_field(
        string column, string type, string payload, string? value)
    {
        var batch = Batch(column);
        var decoder = AvroDecoder.Compile(AvroSchemaReader.Parse($$"""{"type":"record","name":"R","fields":[{"name":"c","type":{{type}}}]}"""), batch);
        var failure = decoder.Decode(Convert.FromHexString(payload));
        if (value is null)
            Assert.Contains("field c ", failure!.Detail, StringComparison.Ordinal);
        else
            Assert.Equal((null, value), (failure?.Detail, Value(batch[0])));
    }

    [Theory]
    [InlineData("long", "\"string\"")]
    [InlineData("int", "\"long\"")]
    [InlineData("timestamptz", """{"type":"long","logicalType":"local-timestamp-micros"}""")]
    [InlineData("string", """{"type":"array","items":"string"}""")]
    [InlineData("boolean", "\"int\"")]
    [InlineData("decimal(18, 6)", "\"bytes\"")]
    public void What_cannot_be_resolved_names_the_field(string column, string type)
    {
        var schema = AvroSchemaReader.Parse($$"""{"type":"record","name":"R","fields":[{"name":"c","type":{{type}}}]}""");
        Assert.Contains("field c ", Assert.Throws<LakeException>(() => AvroDecoder.Compile(schema, Batch(column))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_is_found_by_an_alias_of_the_writers_or_of_ours_and_a_name_counts_before_them()
    {
        var ours = AvroSchemaReader.Parse("""{"type":"record","name":"R","fields":[{"name":"c","type":"long","aliases":["old"]}]}""");
        foreach (var field in new[] { """{"name":"old","type":"long"}""", """{"name":"mine","type":"long","aliases":["x","c"]}""" })
        {
            var batch = Batch("long");
            Assert.Null(AvroDecoder.Compile(Record(field), batch, ours).Decode([14]));
            Assert.Equal("7", Value(batch[0]));
        }
        var both = Batch("long");
        var resolution = new AvroResolution(Record("""{"name":"mine","type":["null","long"],"aliases":["c"]}""", """{"name":"c","type":"long"}"""), ours, both);
        Assert.Equal("mine", Assert.Single(resolution.Additional).Name);
        Assert.Null(AvroDecoder.Compile(resolution).Decode([2, 16, 14]));
        Assert.Equal("7", Value(both[0]));
    }

    [Fact]
    public void What_the_writer_lacks_has_our_default_and_without_one_the_field_is_named()
    {
        var ours = AvroSchemaReader.Parse("""{"type":"record","name":"R","fields":[{"name":"c","type":"long","default":42}]}""");
        var batch = Batch("long");
        Assert.Null(AvroDecoder.Compile(Record(), batch, ours).Decode([]));
        Assert.Equal("42", Value(batch[0]));
        var required = new ColumnBatch(batch.Contract with { Columns = [batch.Contract.Columns[0] with { Nullable = false }] });
        Assert.Contains("field c,", Assert.Throws<LakeException>(() => AvroDecoder.Compile(Record(), required)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"string\"", "string", "044142")]
    [InlineData("\"float\"", "double", "0000C03F")]
    [InlineData("""{"type":"int","logicalType":"date"}""", "date", "0E")]
    [InlineData("""{"type":"long","logicalType":"timestamp-millis"}""", "timestamptz", "0E")]
    [InlineData("""{"type":"long","logicalType":"timestamp-nanos"}""", "long", "0E")]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":20,"scale":8}""", "decimal(20, 8)", "0264")]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":60,"scale":8}""", "binary", "0264")]
    [InlineData("""{"type":"array","items":"string"}""", "binary", "02044142" + "00")]
    [InlineData("""{"type":"map","values":"long"}""", "binary", "02044142" + "0E00")]
    [InlineData("""{"type":"record","name":"Self","fields":[{"name":"next","type":["null","Self"]}]}""", "binary", "020200")]
    [InlineData("""["null","string","long"]""", "binary", "040E")]
    public void An_additional_field_has_a_column_of_its_type_or_of_its_bytes(string type, string column, string payload)
    {
        var schema = Record("""{"name":"c","type":"long"}""", $$"""{"name":"extra","type":{{type}},"default":null}""");
        var batch = Batch("long");
        var added = Assert.Single(new AvroResolution(schema, null, batch).Additional);
        Assert.Equal(("extra", column, 0), (added.Name, $"{added.Type}", added.Id));
        byte[] whole = [14, .. Convert.FromHexString(payload)];
        // who does not need it reads it all the same, and names it when it is none
        var without = AvroDecoder.Compile(schema, batch);
        Assert.Null(without.Decode(whole));
        Assert.Contains("extra", without.Decode(whole.AsSpan(0, whole.Length - 1))!.Detail, StringComparison.Ordinal);
        var grown = new ColumnBatch(batch.Contract with { Columns = [.. batch.Contract.Columns, added with { Id = 2 }] });
        var resolution = new AvroResolution(schema, null, grown);
        Assert.Empty(resolution.Additional);
        Assert.Null(AvroDecoder.Compile(resolution).Decode(whole));
        Assert.Equal((1, 1, 0), (grown[0].Count, grown[1].Count, grown[1].NullCount));
    }

    /// <summary>Bronze has a column that another writer has widened, hot has none: a value is one or is none to both.</summary>
    [Theory]
    [InlineData("\"int\"", "long", "FEFFFFFF0F", true)] // 2^31 - 1
    [InlineData("\"int\"", "long", "8080808010", false)] // 2^31
    [InlineData("\"int\"", "double", "8080808010", false)]
    [InlineData("""["null","int"]""", "long", "028080808010", false)]
    [InlineData("""{"type":"int","logicalType":"time-millis"}""", "long", "0E", true)]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":3,"scale":1}""", "decimal(18, 1)", "0403E7", true)] // 99.9
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":3,"scale":1}""", "decimal(18, 1)", "0403E8", false)]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":3,"scale":1}""", "decimal(38, 3)", "0403E8", false)]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":3,"scale":0}""", "decimal(38, 30)", "0203", true)]
    public void Whether_a_value_of_an_additional_field_is_one_depends_on_the_writer_and_not_on_the_column(
        string type, string column, string payload, bool isValue)
    {
        var schema = Record("""{"name":"c","type":"long"}""", $$"""{"name":"extra","type":{{type}},"default":null}""");
        var hot = Batch("long");
        var extra = new ContractColumn(2, "extra", ColumnType.Parse(column), true, "", "", ColumnEncoding.Default) { IsAdditional = true };
        var bronze = new ColumnBatch(hot.Contract with { Columns = [.. hot.Contract.Columns, extra] });
        byte[] whole = [14, .. Convert.FromHexString(payload)];
        Assert.Equal(
            (isValue, isValue),
            (AvroDecoder.Compile(schema, bronze).Decode(whole) is null, AvroDecoder.Compile(schema, hot).Decode(whole) is null));
    }

    [Fact]
    public void A_name_that_Avro_does_not_allow_is_no_columns_and_shows_no_control_character()
    {
        const string name = "\"desk\\u001b[2J\"";
        var e = Assert.Throws<LakeException>(() =>
            new AvroResolution(Record($$"""{"name":{{name}},"type":["null","string"]}"""), null, Batch("long")));
        Assert.StartsWith("field desk\\u001b[2J has a name that Avro does not allow", e.Message, StringComparison.Ordinal);
        // whose alias is a column's is that column
        var batch = Batch("long");
        var decoder = AvroDecoder.Compile(Record($$"""{"name":{{name}},"type":"long","aliases":["c"]}"""), batch);
        Assert.Null(decoder.Decode([14]));
        Assert.Equal("7", Value(batch[0]));
        Assert.Equal("the value ends within field desk\\u001b[2J (column c)", decoder.Decode([])!.Detail);
        Assert.DoesNotContain('\u001b', Assert.Throws<LakeException>(() => Record($$"""{"name":{{name}},"type":"nobody"}""")).Message);
    }

    /// <summary>Forty records, each of two of the next: 2^40 nulls without a byte.</summary>
    [Fact]
    public void A_value_of_absurdly_many_parts_without_a_byte_is_none()
    {
        var fields = new List<string> { """{"name":"f40","type":["null",{"type":"record","name":"R40","fields":[{"name":"a","type":"null"}]}]}""" };
        for (var i = 39; i > 0; i--)
            fields.Add($$"""{"name":"f{{i}}","type":["null",{"type":"record","name":"R{{i}}","fields":[{"name":"a","type":"R{{i + 1}}"},{"name":"b","type":"R{{i + 1}}"}]}]}""");
        // null in all fields but the last
        var failure = AvroDecoder.Compile(Record([.. fields]), Batch("long")).Decode([.. new byte[39], 2]);
        Assert.Equal((DeadLetterReason.Malformed, "field f1 holds no record"), (failure!.Reason, failure.Detail));
    }

    [Fact]
    public void A_new_field_that_readers_cannot_do_without_is_refused_by_name() => Assert.Contains(
        "field extra,",
        Assert.Throws<LakeException>(() => AvroDecoder.Compile(Record("""{"name":"extra","type":"long"}"""), Batch("long"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Namesakes_of_other_types_and_cases_and_names_of_coordinates_have_columns_of_their_own()
    {
        var batch = Batch("long");
        ContractColumn Extra(int id, string name, string type) =>
            new(id, name, ColumnType.Parse(type), true, "", "", ColumnEncoding.Default) { IsAdditional = true };
        var contract = batch.Contract with
        {
            Columns = [.. batch.Contract.Columns, Extra(2, "size", "string"), Extra(3, "count", "int"), Extra(4, "rate", "decimal(10, 2)")],
            OtherNames = ["tags"],
        };
        var schema = Record(
            """{"name":"size","type":["null","long"]}""", """{"name":"count","type":["null","long"]}""",
            """{"name":"rate","type":["null",{"type":"bytes","logicalType":"decimal","precision":20,"scale":2}]}""", """{"name":"C","type":["null","string"]}""",
            """{"name":"_offset","type":["null","long"]}""", """{"name":"tags","type":["null","string"]}""", """{"name":"Tags","type":["null","string"]}""");
        Assert.Equal(
            ["size_long 0 long", "count 3 long", "rate 4 decimal(20, 2)", "C_string 0 string", "field_offset 0 long", "tags_string 0 string", "Tags_string_2 0 string"],
            new AvroResolution(schema, null, new(contract)).Additional.Select(c => $"{c.Name} {c.Id} {c.Type}"));
    }

    [Theory]
    [InlineData("dartlake.v1.Trade", null)]
    [InlineData("Trade", "house.orders.v2")]
    [InlineData("Trade", "")]
    [InlineData("house.Execution", null)]
    public void The_records_name_counts_without_its_namespace_or_by_an_alias(string name, string? space)
    {
        var json = JsonNode.Parse(Topics.Trades.Schema.Text)!;
        (json["name"], json["namespace"]) = (name, space);
        if (name.EndsWith("Execution", StringComparison.Ordinal))
            json["aliases"] = new JsonArray("dartlake.v1.Trade");
        Assert.True(AvroSchemaReader.Parse(json.ToJsonString()).Is(reader.FullName));
        json["name"] = "Quote";
        json["aliases"] = new JsonArray();
        Assert.False(AvroSchemaReader.Parse(json.ToJsonString()).Is(reader.FullName));
    }

    static AvroSchema Record(params string[] fields) =>
        AvroSchemaReader.Parse($$"""{"type":"record","name":"R","fields":[{{string.Join(',', fields)}}]}""");

    static ColumnBatch Batch(string type) => new(TableContracts.Get("bronze.trades") with
    {
        Columns = [new(1, "c", ColumnType.Parse(type), Nullable: true, "", "", ColumnEncoding.Default)],
    });

    static string Value(Column column) => column.IsNull(0) ? "null" : column switch
    {
        Int32Column c => $"{c.Values[0]}",
        Int64Column c => $"{c.Values[0]}",
        Int128Column c => $"{c.Values[0]}",
        DoubleColumn c => c.Values[0].ToString(CultureInfo.InvariantCulture),
        TextColumn c => Encoding.UTF8.GetString(c[0]),
        BinaryColumn c => Convert.ToHexString(c[0]),
        _ => throw new InvalidOperationException(column.Definition.Name),
    };
}
