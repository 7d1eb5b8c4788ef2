namespace Dart.Lake.Schemas.Tests;

public sealed class TableContractTests
{
    const string Good = """
        table: silver.trades
        description: cleaned
        partition: { source: trade_date, transform: identity, name: trade_date }
        sort: [account]
        columns:
          - { id: 1, name: trade_date, type: date, nullable: false, unit: "", description: "day" }
          - { id: 2, name: account, type: string, nullable: false, unit: "", description: "who", encoding: dictionary }
          - { id: 3, name: price, type: "decimal(18, 6)", nullable: true, unit: "", description: "price" }
          - { id: 4, name: event_time, type: timestamptz, nullable: true, unit: "", description: "when", encoding: delta }
          - { id: 5, name: ingest_time, type: timestamptz, nullable: true, unit: "", description: "known" }
        row_rules:
          - { name: price_positive, rule: range, column: price, min: "0.000001", max: "1000000" }
          - { name: account_known, rule: in, column: account, values: [A, B] }
          - { name: account_present, rule: not_null, column: account }
          - { name: account_refers, rule: reference, column: account, table: silver.accounts, key: account, as_of: event_time }
          - { name: soon, rule: within, a: event_time, b: ingest_time, seconds: 86400 }
        canonical: { exclude: [ingest_time], order: [account] }
        """;

    [Fact]
    public void Every_compiled_contract_reads()
    {
        Assert.True(TableContracts.All.Count >= 10);
        Assert.Equal("bronze.trades", TableContracts.Get("bronze.trades").Table);
        Assert.Equal("hot:px:{instrument}", TableContracts.Get("hot.px").Key);
        Assert.Equal(new ColumnType(ColumnKind.Decimal, 18, 6), TableContracts.Get("bronze.trades").Column("price").Type);
    }

    [Fact]
    public void All_parts_of_a_contract_are_read()
    {
        var contract = ContractFile.Parse("tables/silver/trades.yml", Good);
        Assert.Equal([new ContractPartition("trade_date", "identity", "trade_date")], contract.Partitions);
        Assert.Equal(["account"], contract.Sort);
        Assert.Equal(["ingest_time"], contract.Canonical.Exclude);
        Assert.Equal(ColumnEncoding.Delta, contract.Column("event_time").Encoding);
        Assert.Collection(contract.RowRules,
            r => Assert.Equal(new RangeRule("price_positive", "price", 0.000001m, 1000000m), r),
            r => Assert.Equal(["A", "B"], Assert.IsType<InRule>(r).Values),
            r => Assert.Equal(new NotNullRule("account_present", "account"), r),
            r => Assert.Equal(new ReferenceRule("account_refers", "account", "silver.accounts", "account", "event_time"), r),
            r => Assert.Equal(new WithinRule("soon", "event_time", "ingest_time", 86400), r));
    }

    [Theory]
    [InlineData("id: 2", "id: 1", "column id 1 occurs twice")]
    [InlineData("name: price,", "name: account,", "column name account occurs twice")]
    [InlineData("decimal(18, 6)", "decimal(39, 6)", "is not a column type")]
    [InlineData("type: string", "type: text", "'text' is not a column type")]
    [InlineData("sort: [account]", "sort: [nobody]", "no column 'nobody'")]
    [InlineData("rule: in", "rule: sql", "none of range")]
    [InlineData("transform: identity", "transform: weekly", "no transform")]
    [InlineData("nullable: true, unit", "nulable: true, unit", "nullable: is missing")]
    [InlineData("description: cleaned", "description: cleaned\nowner: me", "'owner' is not known here")]
    [InlineData("table: silver.trades", "table: gold.trades", "it must be silver.trades")]
    [InlineData("min: \"0.000001\"", "min: low", "'low' is not a number")]
    [InlineData("description: \"who\", encoding: dictionary", "description: \"who\", encoding: delta", "encoding delta is for")]
    public void A_contract_that_contradicts_itself_is_refused_with_its_file(string from, string to, string expected)
    {
        Assert.Contains(from, Good, StringComparison.Ordinal);
        var e = Assert.Throws<LakeException>(() => ContractFile.Parse("tables/silver/trades.yml", Good.Replace(from, to, StringComparison.Ordinal)));
        Assert.Equal(LakeErrorKind.Invalid, e.Kind);
        Assert.Contains("tables/silver/trades.yml", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_without_a_contract_is_invalid() =>
        Assert.Contains("schemas/tables/gold/nothing.yml", Assert.Throws<LakeException>(() => TableContracts.Get("gold.nothing")).Message, StringComparison.Ordinal);
}
