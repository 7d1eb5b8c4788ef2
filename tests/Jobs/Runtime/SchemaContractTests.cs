using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Runtime;

public sealed class SchemaContractTests
{
    public static TheoryData<string, string> AvroTopics => new(Topics.All.Where(t => !t.Schema.IsProtobuf).Select(t => (t.Name, t.Table)));

    [Theory]
    [MemberData(nameof(AvroTopics))]
    public void Schema_and_contract_have_the_same_fields_types_and_nulls(string topic, string table)
    {
        var schema = AvroSchemaReader.Parse(Topics.All.Single(t => t.Name == topic).Schema.Text);
        var contract = TableContracts.Get(table);
        AvroDecoder.Compile(schema, new ColumnBatch(contract));
        Assert.Equal(Topics.All.Single(t => t.Name == topic).Schema.RecordName, schema.FullName);
        var columns = contract.Columns.Where(c => !TableContract.IsCoordinate(c.Name)).ToList();
        Assert.Equal(columns.Select(c => (c.Name, c.Nullable)), schema.Fields.Select(f => (f.Name, f.NullBranch >= 0)));
        foreach (var (column, field) in columns.Zip(schema.Fields).Where(p => p.First.Type.Kind == ColumnKind.Decimal))
            Assert.Equal((column.Type.Precision, column.Type.Scale), (field.Type.Precision, field.Type.Scale));
    }

    [Fact]
    public void The_names_of_dead_letter_reasons_are_those_of_the_contract()
    {
        var description = TableContracts.Get("bronze.dead_letters").Column("reason").Description;
        var names = description.Replace(" or ", ", ", StringComparison.Ordinal).Split(", ");
        Assert.Equal(Enum.GetValues<DeadLetterReason>().Select(r => r.Text()).Order(), names.Order());
    }

    [Fact]
    public async Task Ids_are_stable_and_the_same_text_has_one()
    {
        var folder = Directory.CreateTempSubdirectory("dartlake-registry").FullName;
        try
        {
            var cancel = TestContext.Current.CancellationToken;
            var first = await SchemaSubjects.RegisterAsync(new FileSchemaRegistry(folder, TimeProvider.System), cancel);
            var registry = new FileSchemaRegistry(folder, TimeProvider.System);
            Assert.Equal(first, await SchemaSubjects.RegisterAsync(registry, cancel));
            Assert.Equal(first.Count, first.Values.Distinct().Count());
            Assert.Equal(first["trades_raw-value"], await registry.RegisterAsync("other", SchemaLanguage.Avro, Topics.Trades.Schema.Text, cancel));
            Assert.Equal(Topics.Permit.Schema.Text, (await registry.TryGetAsync(first["permit_raw-value"], cancel))!.Text);
            Assert.Null(await registry.TryGetAsync(99, cancel));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Two_registries_on_one_folder_never_give_an_id_twice()
    {
        var folder = Directory.CreateTempSubdirectory("dartlake-registry").FullName;
        try
        {
            var cancel = TestContext.Current.CancellationToken;
            var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
                Task.Run(() => new FileSchemaRegistry(folder, TimeProvider.System).RegisterAsync("s", SchemaLanguage.Avro, $"\"{i}\"", cancel))));
            Assert.Equal(20, ids.Distinct().Count());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
