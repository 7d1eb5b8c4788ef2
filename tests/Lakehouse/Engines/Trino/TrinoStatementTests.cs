using Dart.Lake.Lakehouse.Engines.Statements;
using Dart.Lake.Lakehouse.Engines.Trino.Statements;

namespace Dart.Lake.Lakehouse.Tests.Engines.Trino;

/// <summary>Where a state is written into a statement, what begins one that reads, and what a plan says that it reads.</summary>
public sealed class TrinoStatementTests
{
    const string As = " FOR VERSION AS OF BIGINT '7'";

    static string At(string sql) => TableNames.At(sql, TrinoTokens.All(sql), "lake", (ns, name) =>
        (ns.ToLowerInvariant(), name.ToLowerInvariant()) is ("gold", "pnl") or ("silver", "trades") ? As : null);

    [Theory]
    [InlineData("SELECT * FROM gold.pnl@")]
    [InlineData("SELECT * FROM gold.pnl@ AS p, silver.trades@ t JOIN lake.gold.pnl@ q ON p.a = q.a")]
    [InlineData("SELECT gold.pnl.account FROM gold.pnl@ WHERE gold.pnl.account = 'gold.pnl'")]
    [InlineData("select a from(gold.pnl@ cross join \"SILVER\".\"Trades\"@)")]
    [InlineData("SELECT 'FROM gold.pnl', \"FROM gold.pnl\" /* FROM gold.pnl */ -- FROM gold.pnl\n FROM gold . pnl@ TABLESAMPLE BERNOULLI (10)")]
    [InlineData("SELECT * FROM gold.pnl FOR VERSION AS OF 'x'")]
    [InlineData("SELECT * FROM gold.pnl FOR TIMESTAMP AS OF now()")]
    [InlineData("SELECT * FROM gold.other, memory.gold.pnl, gold.pnl.x.y, gold.pnl(1), pnl")]
    [InlineData("SELECT substring(x FROM 2 FOR 3) FROM gold.pnl@")]
    [InlineData("TABLE gold.pnl")]
    [InlineData("WITH pnl AS (SELECT 1) SELECT * FROM pnl, gold.pnl@")]
    [InlineData("SELECT 'it''s' FROM gold.pnl@ WHERE \"a\"\"b\" = 'unfinished")]
    [InlineData("SELECT 1 FROM gold.")]
    public void A_state_is_written_behind_names_of_tables_and_nowhere_else(string sql) =>
        Assert.Equal(sql.Replace("@", As, StringComparison.Ordinal), At(sql.Replace("@", "", StringComparison.Ordinal)));

    [Theory]
    [InlineData("SELECT 1", true)]
    [InlineData("  -- a remark\n/* and another */ with x as (select 1) select * from x", true)]
    [InlineData("(values 1)", true)]
    [InlineData("table gold.pnl", true)]
    [InlineData("Show TABLES", true)]
    [InlineData("EXPLAIN SELECT 1", true)]
    [InlineData("DESCRIBE gold.pnl", true)]
    [InlineData("DROP TABLE gold.pnl", false)]
    [InlineData("\"SELECT\" 1", false)]
    [InlineData("/* SELECT */ CALL system.runtime.kill_query('x')", false)]
    [InlineData("'SELECT'", false)]
    [InlineData("SET SESSION x = 1", false)]
    [InlineData("USE gold", false)]
    [InlineData("\u00a0SELECT 1", false)]
    [InlineData("/* SELECT 1", false)]
    [InlineData("START TRANSACTION", false)]
    [InlineData("CREATE CATALOG x USING memory", false)]
    public void Only_what_reads_is_let_through(string sql, bool reads)
    {
        var failure = Record.Exception(TrinoStatement.Of(sql).RefuseWrites);
        Assert.Equal(reads, failure is null);
        Assert.Equal(reads ? null : LakeErrorKind.Invalid, (failure as LakeException)?.Kind);
    }

    [Theory]
    [InlineData("SELECT 1;", "SELECT 1")]
    [InlineData("SELECT ';' ; -- no more;\n", "SELECT ';' ")]
    [InlineData("SELECT 1; SELECT 2", "SELECT 1; SELECT 2")]
    public void A_last_semicolon_is_left_away(string sql, string sent) => Assert.Equal(sent, TrinoStatement.Of(sql).Sql);

    [Theory]
    [InlineData("""{"name":"TableScan","descriptor":{"table":"lake:gold.pnl$data@7"},"children":[]}""", "lake:gold.pnl$data@7")]
    [InlineData("""{"name":"Values","descriptor":{},"children":[]}""", "")]
    [InlineData("""{"name":"Output","descriptor":{},"children":[{"name":"TableFunctionProcessor","descriptor":{"name":"table_changes"},"children":[]}]}""", "TableFunctionProcessor table_changes")]
    [InlineData("""{"name":"TableFunctionProcessor","descriptor":{"name":"sequence"},"children":[]}""", "")]
    [InlineData("""{"name":"IndexOfTomorrow","descriptor":{},"children":[]}""", "IndexOfTomorrow")]
    public void A_plan_tells_all_that_is_read(string step, string reads) =>
        Assert.Equal(reads, string.Join(' ', TrinoPlan.Reads($$"""{"0":{{step}}}""")));

    [Theory]
    [InlineData("")]
    [InlineData("{}x")]
    [InlineData("""{"0":{"name":"Output"}}""")]
    [InlineData("""{"0":7}""")]
    public void What_is_no_plan_is_unavailable(string json) =>
        Assert.Equal(LakeErrorKind.Unavailable, Assert.Throws<LakeException>(() => TrinoPlan.Reads(json)).Kind);
}
