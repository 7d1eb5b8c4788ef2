using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Tests.Loading;

/// <summary>What a project says and the engine does not do is refused by its name, with its line, and never passed over.</summary>
public class RefusedProjectTests
{
    const string File = "dbt_project.yml", Sql = "models/a.sql", Yml = "models/a.yml";

    [Theory]
    [InlineData(File, "name: mine\nmodel-path: [m]\n", "dbt_project.yml:2: dbt_project.yml: 'model-path' is not known; the nearest known key is 'model-paths'")]
    [InlineData(File, "name: mine\non-run-end:\n- select 1\n", "dbt_project.yml:2: dbt_project.yml: on-run-end of dbt is not there yet; ")]
    [InlineData(File, "name: mine\nsnapshots:\n  mine: {+enabled: true}\n", "dbt_project.yml:2: dbt_project.yml: snapshots of dbt is not there yet; ")]
    [InlineData(File, "name: mine\nmodels:\n  mine:\n    +materialised: day\n", "dbt_project.yml:4: config of a model: '+materialised' is not known; the nearest known key is 'materialized'")]
    [InlineData(File, "name: mine\nmodels:\n  mine:\n    aa: {+tags: x}\n", "dbt_project.yml:4: models: there is no folder or file 'aa'; the nearest is 'a'")]
    [InlineData(File, "name: mine\nmodels:\n  mine:\n    a: {+unique_key: x}\n", "dbt_project.yml:4: config of a model: unique_key of dbt is not there yet; ")]
    [InlineData(File, "name: mine\nmodels:\n  yours: {+tags: x}\n", "dbt_project.yml:3: models: 'yours' is not this project; ")]
    [InlineData(File, "name: mine\nseeds:\n  mine: {+delimiter: ;}\n", "dbt_project.yml:3: config of a seed: delimiter of dbt is not there yet; ")]
    [InlineData(File, "name: mine\ndata_tests:\n  mine: {+severty: warn}\n", "dbt_project.yml:3: config of an audit: '+severty' is not known; the nearest known key is 'severity'")]
    [InlineData(File, "name: My Project\n", "dbt_project.yml:1: name: lower case letters, digits and _ are wanted; ")]
    [InlineData(Sql, "\n{{ config(materialised='table') }} select 1", "models/a.sql:2: config of a model: 'materialised' is not known; the nearest known key is 'materialized'")]
    [InlineData(Sql, "{{ config({'uniqe': 1}) }} select 1", "models/a.sql:1: config of a model: 'uniqe' is not known; ")]
    [InlineData(Sql, "{{ config(materialized='incremental', unique_key='id') }} select 1", "models/a.sql:1: config of a model: unique_key of dbt is not there yet; ")]
    [InlineData(Sql, "{{ config(pre_hook='delete from x') }} select 1", "models/a.sql:1: config of a model: pre_hook of dbt is not there yet; ")]
    [InlineData(Sql, "{{ config(enabled='maybe') }} select 1", "models/a.sql:1: enabled: maybe is neither true nor false")]
    [InlineData(Sql, "{{ config('table') }} select 1", "models/a.sql:1: config: takes names with values, or one dict of them")]
    [InlineData(Yml, "models:\n- name: a\n  columns:\n  - name: x\n    data_typ: int\n", "models/a.yml:5: a column's properties: 'data_typ' is not known; the nearest known key is 'data_type'")]
    [InlineData(Yml, "models:\n- name: a\n  constraints: []\n", "models/a.yml:3: a model's properties: constraints of dbt is not there yet; ")]
    [InlineData(Yml, "models:\n- name: a\n  config: {incremental_strategy: merge}\n", "models/a.yml:3: config of a model: incremental_strategy of dbt is not there yet; ")]
    [InlineData(Yml, "version: 2\nunit_tests:\n- name: t\n", "models/a.yml:2: a properties file: unit_tests of dbt is not there yet; ")]
    [InlineData(Yml, "exposures: []\n", "models/a.yml:1: a properties file: exposures of dbt is not there yet; ")]
    [InlineData(Yml, "model:\n- name: a\n", "models/a.yml:1: a properties file: 'model' is not known; the nearest known key is 'models'")]
    [InlineData(Yml, "sources:\n- name: bronze\n  freshness: {}\n", "models/a.yml:3: a source's properties: freshness of dbt is not there yet; ")]
    [InlineData(Yml, "sources:\n- name: bronze\n  tables:\n  - name: trades\n    identifer: x\n", "models/a.yml:5: a source table's properties: 'identifer' is not known; the nearest known key is 'identifier'")]
    [InlineData(Yml, "sources:\n- name: bronze\n  tables:\n  - name: trades\n    columns: [{name: x, tests: [unique]}]\n", "models/a.yml:5: a column's properties: 'tests' is not known; ")]
    [InlineData(Yml, "seeds:\n- name: s\n  data_tests: [unique]\n", "models/a.yml:3: a seed's properties: 'data_tests' is not known; ")]
    [InlineData(Yml, "seeds:\n- name: s\n  config: {column_type: {}}\n", "models/a.yml:3: config of a seed: 'column_type' is not known; the nearest known key is 'column_types'")]
    [InlineData(Yml, "models:\n- name: a\n  columns:\n  - name: x\n    data_tests:\n    - accepted_values: {value: [1]}\n", "models/a.yml:6: the audit accepted_values: 'value' is not known; the nearest known key is 'values'")]
    [InlineData(Yml, "models:\n- name: a\n  columns:\n  - name: x\n    data_tests:\n    - unique: {config: {error_if: '>1'}}\n", "models/a.yml:6: config of an audit: error_if of dbt is not there yet; ")]
    [InlineData(Yml, "models:\n- name: a\n  columns:\n  - name: x\n    data_tests:\n    - accepted_values: {values: [1], arguments: {values: [1]}}\n", "models/a.yml:6: the audit accepted_values: 'values' is not known; ")]
    [InlineData("tests/t.sql", "{{ config(scop='all') }} select 1", "tests/t.sql:1: config of an audit: 'scop' is not known; the nearest known key is 'scope'")]
    [InlineData("tests/t.sql", "{{ config(scope='some') }} select 1", "tests/t.sql:1: scope: some is neither new nor all")]
    [InlineData("tests/t.sql", "{{ config(store_failures=true) }} select 1", "tests/t.sql:1: config of an audit: store_failures of dbt is not there yet; ")]
    [InlineData("snapshots/s.sql", "select 1", "snapshots/s.sql:1: snapshots of dbt are not there yet; ")]
    [InlineData("analyses/s.sql", "select 1", "analyses/s.sql:1: analyses of dbt are not there yet; ")]
    [InlineData("models/p.py", "def model(dbt, session): ...", "models/p.py:1: models in Python are not there yet; ")]
    [InlineData("packages.yml", "packages: []", "packages.yml:1: packages of dbt are not there yet; ")]
    public void A_key_or_a_file_that_does_nothing_is_refused(string path, string text, string message) => Refused(path, text, message);

    [Theory]
    [InlineData("select 1; select 2", 1)]
    [InlineData("select 1;\n-- and\nselect 2", 3)]
    [InlineData("{{ config(tags=['x']) }}\nselect 1\n;\n/* ; */ ;\n drop table x", 5)]
    [InlineData("select 'a''b;' as x;\n\ndelete from x;", 3)]
    [InlineData("{% set x %}\n\nselect 2{% endset %}\nselect 1;\n{{ x }}", 5)]
    [InlineData("{%- if true -%}\n\nselect 1;\n{%- endif -%}\n\n\n  select 2", 7)]
    public void A_second_statement_is_named_with_its_line(string sql, int line) =>
        Refused(Sql, sql, $"models/a.sql:{line}: a second statement begins here; a model is one statement, so take it out or make it a model of its own");

    [Theory]
    [InlineData("tests/t.sql", "select 1;\nselect 2", "tests/t.sql:2: a second statement begins here; ")]
    [InlineData(Sql, " -- nothing\n;", "models/a.sql:1: there is no query in it")]
    public void An_audit_is_one_statement_and_a_model_is_at_least_one(string path, string sql, string message) =>
        Refused(path, sql, message);

    [Theory]
    [InlineData("select 'a;b' as x, 'it''s;' as y")]
    [InlineData("select e'\\';' as x;")]
    [InlineData("select 1 as \"a;b\" -- c; d\n;\n-- the end")]
    [InlineData("select 1 /* a; /* b; */ c; */ ; ; ")]
    [InlineData("select $$a;b$$ as x, $t$ ; $$ ; $t$ as y;")]
    [InlineData("select 1 as a$b, 2 as \"$$;\" ;")]
    public async Task A_semicolon_in_a_text_a_name_or_a_comment_ends_no_statement(string sql)
    {
        using var files = new TemporaryProject((Sql, sql));
        var model = Assert.Single(files.Load().Models.Values);
        await using var engine = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 1L << 28 });
        await using var session = engine.OpenSession();
        var rendered = Renderer.Render(model.Template, new Dictionary<string, object?>(), [], TemplateLimits.Default);
        // the engine sees one statement, too, within the brackets that a run puts around it
        Assert.Single(await session.RowsAsync($"select * from ({OneStatement.Of(rendered, SqlLexer.DuckDb).Sql}\n)", CancellationToken.None));
    }

    [Theory]
    [InlineData("schema: gold, alias: daily_pnl", "models/a.sql:1: gold.daily_pnl lies in the namespace gold, which only the project dart_lake writes to; leave schema out and it is mine.daily_pnl")]
    [InlineData("schema: silver", "models/a.sql:1: silver.a lies in the namespace silver")]
    [InlineData("schema: bronze", "models/a.sql:1: bronze.a lies in the namespace bronze")]
    [InlineData("schema: dq, alias: results", "models/a.sql:1: dq.results lies in the namespace dq")]
    [InlineData("schema: ops", "models/a.sql:1: ops.a lies in the namespace ops")]
    [InlineData("schema: hot", "models/a.sql:1: hot.a lies in the namespace hot")]
    [InlineData("schema: work", "models/a.sql:1: work.a lies in the namespace work")]
    [InlineData("schema: published", "models/a.sql:1: published.a lies in the namespace published")]
    [InlineData("schema: GOLD", "models/a.sql:1: the table GOLD.a: namespace and name are lower case letters, digits and _")]
    [InlineData("alias: 'a b'", "models/a.sql:1: the table mine.a b: namespace and name are lower case letters, digits and _")]
    [InlineData("row_rules: true", "models/a.sql:1: row_rules: the quarantine is that of the project dart_lake")]
    public void A_project_of_ones_own_writes_to_no_table_of_the_platforms(string config, string message)
    {
        using var files = new TemporaryProject(
            (File, "name: mine\nmodels: {mine: {+materialized: day}}\n"), (Sql, "select 1"), (Yml, $"models:\n- name: a\n  config: {{{config}}}\n"));
        Assert.StartsWith(message, Assert.Throws<LakeException>(() => files.Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_do_not_write_to_one_table()
    {
        using var files = new TemporaryProject(
            (File, "name: mine\nmodels: {mine: {+materialized: table}}\n"), (Sql, "select 1"), ("models/b.sql", "{{ config(alias='a') }} select 1"));
        Assert.Equal("models/b.sql:1: mine.a is written by models/a.sql already; give it another alias", Assert.Throws<LakeException>(() => files.Load()).Message);
    }

    static void Refused(string path, string text, string message)
    {
        using var files = new TemporaryProject((Sql, "select 1"), ("seeds/s.csv", "x\n1\n"), (path, text));
        Assert.StartsWith(message, Assert.Throws<LakeException>(() => files.Load()).Message, StringComparison.Ordinal);
    }
}
