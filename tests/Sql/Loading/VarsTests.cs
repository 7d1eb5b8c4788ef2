namespace Dart.Lake.Sql.Tests.Loading;

/// <summary>Vars of the command line outweigh the project's; what a var changes has another fingerprint.</summary>
public class VarsTests
{
    static TemporaryProject Files() => new(
        ("dbt_project.yml", "name: mine\nvars:\n  limit: 1\n  mine: {desks: [a]}\n  names: {x: 1}\n"),
        ("models/a.sql", "select {{ var('limit') }} as n, '{{ var('desks')[0] }}' as desk, {{ var('names').x }} as x, {{ var('floor', 5) }} as floor"));

    [Fact]
    public void A_var_that_is_given_outweighs_the_projects()
    {
        using var files = Files();
        var project = files.Load(("limit", 7L), ("floor", 6L));
        Assert.Equal((7L, 6L), (project.Vars["limit"], project.Vars["floor"]));
        Assert.Equal(["a"], Assert.IsType<List<object?>>(project.Vars["desks"]));
    }

    [Fact]
    public void A_var_of_another_value_changes_the_fingerprint_and_one_of_the_same_does_not()
    {
        using var files = Files();
        var (was, same, other) = (files.Load().Fingerprints["a"], files.Load(("limit", 1L)).Fingerprints["a"], files.Load(("limit", 2L)).Fingerprints["a"]);
        Assert.Equal(was, same);
        Assert.NotEqual(was, other);
    }

    [Theory]
    [InlineData("limt", "--vars: no file of the project asks for 'limt', and dbt_project.yml does not declare it; the nearest known var is 'limit'")]
    [InlineData("flor", "--vars: no file of the project asks for 'flor', and dbt_project.yml does not declare it; the nearest known var is 'floor'")]
    [InlineData("trade_date", "--vars: trade_date is what the run says itself; it cannot be given")]
    [InlineData("run_id", "--vars: run_id is what the run says itself; it cannot be given")]
    public void A_var_that_nobody_asks_for_is_refused_with_the_nearest_known_one(string name, string message)
    {
        using var files = Files();
        Assert.Equal(message, Assert.Throws<LakeException>(() => files.Load((name, 1L))).Message);
    }

    [Theory]
    [InlineData("config", "{{ config(tags=['x']) }} select {{ var('limit') }} as n")]
    [InlineData("text", "select 1 + {{ var('limit') }} as n")]
    public void A_model_of_another_text_or_configuration_has_another_fingerprint(string what, string sql)
    {
        using var files = Files();
        files.Write("models/a.sql", "select {{ var('limit') }} as n");
        var was = files.Load().Fingerprints["a"];
        files.Write("models/a.sql", sql);
        Assert.True(was != files.Load().Fingerprints["a"], what);
    }

    [Theory]
    [InlineData("macros/m.sql", "{% macro m() %}1{% endmacro %}")]
    [InlineData("seeds/s.csv", "x\n1\n")]
    [InlineData("models/a.yml", "models:\n- name: a\n  columns: [{name: n, data_type: bigint}]\n")]
    [InlineData("dbt_project.yml", "name: mine\nvars: {limit: 2}\n")]
    public void What_a_model_may_read_beside_its_text_is_part_of_its_fingerprint(string path, string text)
    {
        using var files = Files();
        files.Write("models/a.sql", "select {{ var('limit') }} as n");
        var was = files.Load().Fingerprints["a"];
        files.Write(path, text);
        Assert.NotEqual(was, files.Load().Fingerprints["a"]);
    }
}
