using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

public sealed class WrittenColumnsTests
{
    [Fact]
    public async Task Files_fit_while_the_table_has_the_ids_of_their_columns_under_no_other_meaning()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var lake = await TempLake.OpenAsync();
        var contract = TableContracts.Get(LakeNames.DeadLetters);
        var table = await lake.Catalog.CreateAsync(TableIdent.Parse(contract.Name), contract.ToDefinition(), cancel);
        var written = ContractTables.In(table.Metadata.Schema, contract);
        Assert.True(WrittenColumns.AreOf(table, written));
        Assert.True(WrittenColumns.AreOf(table, With(c => c with { Name = "the_name_before_a_rename" })));
        Assert.False(WrittenColumns.AreOf(table, With(c => c with { Id = 999 })));
        Assert.False(WrittenColumns.AreOf(table, With(c => c with { Name = written.Columns[^2].Name })));
        var refused = Assert.Throws<LakeException>(() => WrittenColumns.Check(table, With(c => c with { Id = 999 })));
        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);

        TableContract With(Func<ContractColumn, ContractColumn> last) =>
            written with { Columns = [.. written.Columns.Take(written.Columns.Count - 1), last(written.Columns[^1])] };
    }
}
