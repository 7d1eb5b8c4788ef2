using Dart.Lake.Lakehouse.Engines.Spark;
using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Dart.Lake.Lakehouse.Engines.Spark.Statements;
using Dart.Lake.Lakehouse.Engines.Statements;

namespace Dart.Lake.Lakehouse.Tests.Engines.Spark;

/// <summary>What is seen of a statement before Spark sees it, and what Spark is asked of it.</summary>
public sealed class SparkStatementTests
{
    [Theory]
    [InlineData("SELECT 1", "SELECT 1")]
    [InlineData("SELECT 1;", "SELECT 1")]
    [InlineData("/* five; */ SELECT 5 -- five;\n; -- and no more", "/* five; */ SELECT 5 -- five;\n")]
    [InlineData("SELECT ';' -- ;", "SELECT ';' -- ;")]
    [InlineData("SELECT '\\';' ; /* ; /* ; */ */ ;", "SELECT '\\';' ")]
    [InlineData("SELECT `a;` FROM t; SELECT 2", "SELECT `a;` FROM t; SELECT 2")]
    [InlineData("SELECT 1) t; DROP TABLE t --", "SELECT 1) t; DROP TABLE t --")]
    public void A_query_is_proven_in_brackets_without_its_semicolon(string sql, string within) =>
        Assert.Equal($"SELECT * FROM ({within}\n)", SparkStatement.Of(sql).Proof.Root.Sql.Query);

    [Theory]
    [InlineData("INSERT INTO t VALUES (1)")]
    [InlineData("/* SELECT */ DROP TABLE t")]
    [InlineData("-- SELECT\nDELETE FROM t")]
    [InlineData("CALL lake.system.rewrite_data_files('t')")]
    [InlineData("SET spark.sql.ansi.enabled=false")]
    [InlineData("BEGIN DROP TABLE t; END")]
    public void What_does_not_begin_as_a_question_is_refused(string sql) =>
        Assert.Equal(LakeErrorKind.Invalid, Assert.Throws<LakeException>(() => SparkStatement.Of(sql).RefuseWrites()).Kind);

    [Theory]
    [InlineData("")]
    [InlineData("  -- nothing")]
    [InlineData("/* nothing")]
    [InlineData(";")]
    public void No_statement_is_told(string sql) =>
        Assert.Equal(LakeErrorKind.Invalid, Assert.Throws<LakeException>(() => SparkStatement.Of(sql)).Kind);

    [Theory]
    [InlineData("SELECT * FROM gold.pnl@")]
    [InlineData("FROM gold.pnl@ AS p, silver.trades@ t JOIN lake.gold.pnl@ q ON p.a = q.a SELECT *")]
    [InlineData("SELECT gold.pnl.account FROM gold.pnl@ WHERE gold.pnl.account = 'gold.pnl'")]
    [InlineData("select a from(gold.pnl@ cross join `SILVER`.\"Trades\"@)")]
    [InlineData("SELECT 'FROM gold.pnl', `FROM gold.pnl` /* FROM /* gold.pnl */ , gold.pnl */ -- FROM gold.pnl\n FROM gold . pnl@ TABLESAMPLE (10 ROWS)")]
    [InlineData("SELECT * FROM gold.pnl VERSION AS OF 'x'")]
    [InlineData("SELECT * FROM gold.pnl FOR TIMESTAMP AS OF now()")]
    [InlineData("SELECT * FROM gold.other, memory.gold.pnl, gold.pnl.x.y, gold.pnl(1), gold.pnl.snapshots, pnl")]
    [InlineData("SELECT 'it\\'s FROM gold.pnl' FROM gold.pnl@ WHERE `a``b` = 'unfinished")]
    [InlineData("SELECT 1 FROM gold.")]
    public void A_state_is_written_behind_names_of_tables_and_nowhere_else(string sql)
    {
        var plain = sql.Replace("@", "", StringComparison.Ordinal);
        var written = TableNames.At(plain, SparkTokens.All(plain), "lake", (ns, name) =>
            (ns.ToLowerInvariant(), name.ToLowerInvariant()) is ("gold", "pnl") or ("silver", "trades") ? " VERSION AS OF 7" : null);
        Assert.Equal(sql.Replace("@", " VERSION AS OF 7", StringComparison.Ordinal), written);
    }

    [Theory]
    [InlineData("+- SubqueryAlias k\n   +- RelationV2[id#1L, name#2] lake.gold.pnl VERSION AS OF '7'", "lake.gold.pnl VERSION AS OF '7'")]
    [InlineData("+- Join Inner\n   :- RelationV2[a#1] lake.a.b\n   +- RelationV2[] lake.a.c.snapshots", "lake.a.b|lake.a.c.snapshots")]
    [InlineData(":- CTERelationDef 0, false\n:  +- OneRowRelation\n+- Filter (a = x\ny)\n   :  +- Range (0, 5, step=1)\n   +- CTERelationRef 0, true", "")]
    [InlineData("+- View (`v`, [id#1])\n   +- Project\n      +- RelationV2[id#2] lake.a.b", "lake.a.b")]
    [InlineData("+- Project [1]\n   +- LogicalRelation parquet", "LogicalRelation parquet")]
    [InlineData("+- RelationV2[id#2] of another form", "RelationV2[id#2] of another form")]
    [InlineData("+- Project [\n+- RelationV2[x] lake.b.c]\n   +- LocalRelation [a#1]", "Project [|lake.b.c]")]
    public void A_plan_tells_all_that_is_read(string steps, string reads) => Assert.Equal(
        reads, string.Join('|', SparkPlan.Reads($"== Parsed Logical Plan ==\n\n== Analyzed Logical Plan ==\na: int\nProject [*]\n{steps}\n\n== Optimized Logical Plan ==\n")));

    [Theory]
    [InlineData("")]
    [InlineData("== Analyzed Logical Plan ==\na: int\nProject\n\n== Optimized Logical Plan ==\n")]
    [InlineData("== Optimized Logical Plan ==\n== Analyzed Logical Plan ==\n")]
    public void What_is_no_plan_is_unavailable(string explained) =>
        Assert.Equal(LakeErrorKind.Unavailable, Assert.Throws<LakeException>(() => SparkPlan.Reads(explained)).Kind);

    [Fact]
    public async Task A_query_that_reads_only_is_proven_before_it_is_run()
    {
        var vector = new RecordedSpark("batches");
        var cancel = TestContext.Current.CancellationToken;
        await using var stub = await RecordedSpark.StartAsync(call => RecordedSpark.IsQuery(call) ? vector.Reply : null);
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        await using (var result = await engine.QueryReadOnlyAsync("WITH a AS (SELECT 1) SELECT * FROM a", cancel))
            Assert.Equal(10, (await result.ReadRowsAsync(10, cancel)).Count);
        Assert.Equal(["AnalyzePlan", "Config", "AnalyzePlan", "ExecutePlan"], stub.Rpcs.Take(4));
        Assert.Equal(
            "SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a\n)",
            AnalyzePlanRequest.Parser.ParseFrom(stub.Calls[2].Message).Schema.Plan.Root.Sql.Query);
    }

    [Fact]
    public async Task A_query_that_is_not_proven_is_not_run()
    {
        var vector = new RecordedSpark("error-parse");
        var cancel = TestContext.Current.CancellationToken;
        await using var stub = await RecordedSpark.StartAsync(
            call => call.Rpc == "AnalyzePlan" && AnalyzePlanRequest.Parser.ParseFrom(call.Message).Schema is not null ? vector.Reply : null);
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        var failure = await Assert.ThrowsAsync<LakeException>(
            () => engine.QueryReadOnlyAsync("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", cancel));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.DoesNotContain("ExecutePlan", stub.Rpcs);
    }
}
