using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Tests.Loading;

public class ProjectLoaderTests
{
    [Fact]
    public void The_models_own_config_outweighs_properties_and_these_the_project_file()
    {
        using var files = new TemporaryProject(
            ("models/gold/a.sql", "{{ config(materialized='table', tags=['own']) }} select 1"),
            ("models/gold/b.sql", "select 1"),
            ("models/gold/c.sql", "select 1"),
            ("models/gold/_gold.yml", "models:\n- name: a\n  config: {materialized: view, schema: props, tags: props}\n- name: b\n  config: {materialized: view}\n"));
        var models = files.Load().Models;
        Assert.Equal((Materialization.Table, "props.a"), (models["a"].Materialization, models["a"].Target.ToString()));
        Assert.Equal(["props", "own"], models["a"].Config.Tags);
        Assert.Equal((Materialization.View, "gold.b"), (models["b"].Materialization, models["b"].Target.ToString()));
        Assert.Equal(Materialization.Day, models["c"].Materialization);
    }

    [Fact]
    public void References_sources_and_audits_are_found()
    {
        using var files = new TemporaryProject(
            ("models/silver/trades.sql", "select * from {{ source('bronze', 'trades') }} where {{ broken_rule('silver.trades', 't') }} is null"),
            ("models/gold/pnl.sql", "select * from {{ ref('trades') }} join {{ ref('codes') }} using (x) {% if var('run_id') %}{% endif %}"),
            ("models/m.yml", """
                sources:
                - name: bronze
                  tables: [{name: trades}]
                models:
                - name: pnl
                  columns:
                  - name: account
                    data_tests:
                    - not_null
                    - unique: {config: {severity: warn}}
                    - accepted_values: {arguments: {values: [1, 2], quote: false}}
                    - relationships: {to: ref('trades'), field: account}
                """),
            ("seeds/codes.csv", "x\n1\n"),
            ("tests/none.sql", "{{ config(severity='warn') }} select * from {{ ref('pnl') }} where false"));
        var project = files.Load();
        Assert.Equal(["trades", "codes"], project.Models["pnl"].Refs);
        Assert.Equal("bronze.trades", Assert.Single(project.Models["trades"].Sources).ToString());
        Assert.Contains("silver.instruments", project.Models["trades"].RuleTables.Select(t => t.ToString()));
        Assert.Equal(["not_null_pnl_account", "unique_pnl_account", "accepted_values_pnl_account", "relationships_pnl_account"], project.Models["pnl"].Audits.Select(a => a.Name));
        Assert.Equal(AuditSeverity.Warn, project.Models["pnl"].Audits[1].Severity);
        Assert.Equal(AuditSeverity.Warn, Assert.Single(project.Audits).Severity);
    }

    [Theory]
    [InlineData("models/a.sql", "select * from {{ ref('b') }}", "models/a.sql:1: ref('b') is neither a model nor a seed")]
    [InlineData("models/a.sql", "\n{{ source('x', 'y') }}", "models/a.sql:2: source: the source 'x.y' is not described and has no contract; add it under sources in a properties file")]
    [InlineData("models/a.sql", "{{ var('nope') }}", "models/a.sql:1: var: the var 'nope' is not set; write it under vars in dbt_project.yml, give it with --vars, or give a default")]
    [InlineData("models/a.sql", "{{ env_var('NOPE') }}", "models/a.sql:1: env_var: the environment variable 'NOPE' is not set")]
    [InlineData("models/a.sql", "{{ config(materialized='tabel') }}", "models/a.sql:1: materialized: 'tabel' is none of day, incremental, table, temp, view, ephemeral")]
    [InlineData("models/a.sql", "{{ config(engine='postgres') }} select 1", "models/a.sql:1: engine: 'postgres' is none of duckdb, trino, spark")]
    [InlineData("models/a.sql", "{{ ref('a') }}", "models/a.sql:1: ref: a model does not refer to itself; read its published rows with {{ this }}")]
    [InlineData("models/a.yml", "models:\n- name: ghost\n", "models/a.yml:2: there is no model 'ghost'")]
    [InlineData("models/a.yml", "models:\n- name: x\n  columns:\n  - name: c\n    tests: [nosuch]\n", "models/a.yml:4: there is no audit 'nosuch'; there are unique, not_null, accepted_values, relationships, unique_combination_of_columns, and files of failing rows in tests/")]
    [InlineData("models/a.yml", "a: &x [1]\nb: *x\n", "models/a.yml:2: aliases are not supported; write the value again")]
    public void What_is_wrong_is_named_with_its_place(string path, string text, string message)
    {
        using var files = new TemporaryProject((path, text));
        Assert.Equal(message, Assert.Throws<LakeException>(() => files.Load()).Message);
    }
}
