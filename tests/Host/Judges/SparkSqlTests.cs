namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A real Spark behind <c>dartlake sql --engine spark</c>.</summary>
[Collection(SparkPlaceTests.Name)]
public sealed class SparkSqlTests(SparkPlace place) : EngineSqlTests("Spark", "sc://HOST:15002", secret: "Token")
{
    const string View = "CREATE OR REPLACE GLOBAL TEMPORARY VIEW now AS SELECT * FROM lake.silver.kinds";

    protected override string DataDir => place.DataDir;

    protected override async Task<Uri> UrlAsync() => (await place.SettingsAsync()).Url;

    protected override Task ExecuteAsync(string sql) => place.ExecuteAsync(sql);

    protected override Task<bool> RunsAsync(string text) => place.RunsAsync(text);

    [Theory]
    [InlineData("DROP TABLE silver.many", "changes nothing")]
    [InlineData("FROM silver.many INSERT INTO silver.many SELECT *", "PARSE_SYNTAX_ERROR, SQL state 42601")]
    [InlineData("SELECT * FROM silver.manny", "`silver`.`manny`")]
    public Task What_is_refused_is_one_line_and_exit_code_2(string sql, string says) => RefusesAsync(sql, says);

    [Theory]
    [InlineData("SELECT * FROM global_temp.now", "Spark reads lake.silver.kinds for it")]
    [InlineData("SELECT * FROM silver.kinds.snapshots", "Spark reads lake.silver.kinds.snapshots for it")]
    [InlineData("TABLE silver.kinds", "Spark reads lake.silver.kinds for it")]
    [InlineData("SHOW TABLES FROM silver", "leave --as-of away")]
    [InlineData("SELECT (silver.kinds) FROM (SELECT 1 AS kinds) AS silver", "cannot be read as of 'first'")]
    public Task What_cannot_be_read_as_it_was_is_refused_with_what_to_write(string sql, string says) => RefusesAsOfAsync(View, sql, says);
}
