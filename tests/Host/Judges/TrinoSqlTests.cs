namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A real Trino behind <c>dartlake sql --engine trino</c>.</summary>
[Collection(TrinoPlaceTests.Name)]
public sealed class TrinoSqlTests(TrinoPlace place) : EngineSqlTests("Trino", "http://HOST:8080", secret: "Password")
{
    const string View = "CREATE OR REPLACE VIEW memory.default.now AS SELECT * FROM lake.silver.kinds";

    protected override string DataDir => place.DataDir;

    protected override async Task<Uri> UrlAsync() => (await place.SettingsAsync()).Url;

    protected override Task ExecuteAsync(string sql) => place.RowsAsync(sql);

    protected override Task<bool> RunsAsync(string text) => place.RunsAsync(text);

    [Theory]
    [InlineData("DROP TABLE silver.many", "changes nothing")]
    [InlineData("EXPLAIN ANALYZE DELETE FROM silver.many", "read-only transaction")]
    [InlineData("SELECT * FROM silver.manny", "silver.manny")]
    public Task What_is_refused_is_one_line_and_exit_code_2(string sql, string says) => RefusesAsync(sql, says);

    [Theory]
    [InlineData("SELECT * FROM memory.default.now", "Trino reads lake:silver.kinds$data@")]
    [InlineData("SELECT * FROM silver.\"kinds$snapshots\"", "Trino reads lake:silver.kinds$snapshots")]
    [InlineData("TABLE silver.kinds", "Trino reads lake:silver.kinds$data@")]
    [InlineData("SHOW TABLES FROM silver", "leave --as-of away")]
    [InlineData("SELECT (silver.kinds) FROM (SELECT 1 AS kinds) AS silver", "cannot be read as of 'first'")]
    public Task What_cannot_be_read_as_it_was_is_refused_with_what_to_write(string sql, string says) => RefusesAsOfAsync(View, sql, says);
}
