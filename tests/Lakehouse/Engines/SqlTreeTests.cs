using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Lakehouse.Tests.Engines;

public sealed class SqlTreeTests(DuckDbFixture fixture) : IClassFixture<DuckDbFixture>
{
    readonly DuckDbSession session = fixture.Session;

    [Theory]
    [InlineData("SELECT * FROM gold.a JOIN Silver.B b USING (x) WHERE EXISTS (SELECT 1 FROM bronze.c)", "Silver.B bronze.c gold.a")]
    [InlineData("WITH q AS (SELECT * FROM gold.a), r AS (SELECT * FROM q) SELECT * FROM r, loose", ".loose gold.a")]
    [InlineData("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n", "")]
    [InlineData("DESCRIBE gold.a", "gold.a")]
    [InlineData("SUMMARIZE gold.a", "gold.a")]
    [InlineData("FROM gold.a SELECT x, (SELECT max(y) FROM gold.b) ORDER BY (SELECT 1 FROM gold.c)", "gold.a gold.b gold.c")]
    [InlineData("SELECT 1 UNION SELECT 2 FROM gold.a EXCEPT (SELECT 3 FROM gold.b)", "gold.a gold.b")]
    [InlineData("SELECT '-- FROM gold.no', \"FROM gold.no\" FROM gold.a -- FROM gold.no", "gold.a")]
    public async Task Tables_are_those_that_the_parser_sees(string sql, string expected)
    {
        var tree = await SqlTree.ParseAsync(session, sql, CancellationToken.None);
        Assert.Equal(expected, string.Join(' ', tree!.Tables.Select(t => $"{t.Namespace}.{t.Name}").Order(StringComparer.Ordinal)));
        tree.RefuseReach();
    }

    [Theory]
    [InlineData("SELECT 'é', 'lake.x' FROM lake.gold.a JOIN \"LAKE\" . gold.b USING (x) WHERE x IN (FROM Lake.gold.c)", "SELECT 'é', 'lake.x' FROM gold.a JOIN gold.b USING (x) WHERE x IN (FROM gold.c)")]
    [InlineData("DESCRIBE lake.gold.a", "DESCRIBE gold.a")]
    [InlineData("SELECT lake.gold FROM gold.lake", "SELECT lake.gold FROM gold.lake")]
    [InlineData("SELECT 'é' FROM Information_Schema.Tables t, gold.a", "SELECT 'é' FROM (FROM information_schema.Tables WHERE table_catalog = current_database()) t, gold.a")]
    public async Task The_catalogs_name_may_stand_before_a_table_and_lists_are_of_this_session(string sql, string expected)
    {
        var tree = await SqlTree.ParseAsync(session, sql, CancellationToken.None);
        tree!.RefuseReach();
        Assert.Equal(expected, tree.Sql);
    }

    [Theory]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("SELECT * FROM gold.a WHERE x IN (SELECT content FROM read_text('/etc/passwd'))")]
    [InlineData("WITH q AS (FROM glob('/etc/*')) SELECT * FROM q")]
    [InlineData("SELECT (SELECT count(*) FROM read_blob('/etc/passwd'))")]
    [InlineData("SELECT * FROM '/etc/passwd.csv'")]
    [InlineData("SELECT * FROM (WITH \"/etc/x.csv\" AS (SELECT 1) SELECT * FROM \"/etc/x.csv\") a, \"/etc/x.csv\" b")]
    [InlineData("DESCRIBE SELECT * FROM read_parquet('x.parquet')")]
    [InlineData("SUMMARIZE '/etc/passwd.csv'")]
    [InlineData("SELECT * FROM duckdb_settings()")]
    [InlineData("SELECT * FROM query('COPY (SELECT 1) TO ''/tmp/x.csv''')")]
    [InlineData("SELECT * FROM query_table('/etc/passwd.csv')")]
    [InlineData("SELECT * FROM json_execute_serialized_sql('{}')")]
    [InlineData("SELECT * FROM session_2.gold.a")]
    [InlineData("SELECT * FROM session_2.information_schema.tables")]
    [InlineData("SELECT * FROM information_schema.key_column_usage")]
    [InlineData("SELECT * FROM range(3) r, LATERAL (SELECT * FROM sniff_csv('/etc/passwd'))")]
    [InlineData("SELECT * FROM parquet_metadata('x.parquet')")]
    [InlineData("SELECT * FROM gold.a ORDER BY (SELECT 1 FROM read_text('/etc/passwd'))")]
    [InlineData("SELECT sum(x) OVER (ORDER BY (SELECT size FROM read_text('/etc/passwd'))) FROM gold.a")]
    public async Task What_reaches_beyond_tables_is_refused(string sql)
    {
        var tree = await SqlTree.ParseAsync(session, sql, CancellationToken.None);
        Assert.Equal(LakeErrorKind.Invalid, Assert.Throws<LakeException>(tree!.RefuseReach).Kind);
    }

    [Theory]
    [InlineData("COPY (SELECT 1) TO '/tmp/x.csv'")]
    [InlineData("CREATE TABLE x (i INT)")]
    [InlineData("INSERT INTO x VALUES (1)")]
    [InlineData("DROP TABLE x")]
    [InlineData("SET threads = 1")]
    [InlineData("ATTACH 'x.db'")]
    [InlineData("PRAGMA database_list")]
    [InlineData("CALL pragma_version()")]
    [InlineData("EXPORT DATABASE 'x'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("EXPLAIN ANALYZE INSERT INTO x VALUES (1)")]
    public async Task What_is_no_query_has_no_tree(string sql) =>
        Assert.Null(await SqlTree.ParseAsync(session, sql, CancellationToken.None));

    [Theory]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT 1; DROP TABLE x")]
    [InlineData("SELEC 1")]
    [InlineData("")]
    [InlineData("-- nothing")]
    public async Task Anything_but_one_statement_is_invalid(string sql)
    {
        SqlTree? tree;
        try
        {
            tree = await SqlTree.ParseAsync(session, sql, CancellationToken.None);
        }
        catch (LakeException e)
        {
            Assert.Equal(LakeErrorKind.Invalid, e.Kind);
            return;
        }
        Assert.Null(tree);
    }

    [Theory]
    [InlineData("SHOW TABLES", true)]
    [InlineData("SELECT * FROM information_schema.columns", true)]
    [InlineData("SELECT 1", false)]
    public async Task Listing_tables_needs_all_of_them(string sql, bool lists) =>
        Assert.Equal(lists, (await SqlTree.ParseAsync(session, sql, CancellationToken.None))!.ListsTables);
}
