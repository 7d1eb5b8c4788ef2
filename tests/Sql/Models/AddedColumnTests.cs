using Dart.Lake.Orchestration.Reconciliation;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>A column that is added to a contract, and no list beside it.</summary>
public class AddedColumnTests
{
    static readonly TableContract trades = With(Topics.Trades.Contract, "strategy"), silver = With(TableContracts.Get("silver.trades"), "strategy");

    [Fact]
    public void A_column_that_is_added_to_a_contract_makes_two_copies_different()
    {
        Assert.Contains("a.strategy is not distinct from b.strategy", Render("{{ same_payload('a', 'b', 'bronze.trades') }}"), StringComparison.Ordinal);
        Assert.Contains("a.strategy IS NOT DISTINCT FROM b.strategy", Trades.Same("a", "b"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_is_added_to_a_contract_is_copied_from_step_to_step_and_into_quarantine()
    {
        Assert.Contains("t.strategy, t._log_id", Render("{{ record_columns('t', 'bronze.trades') }}"), StringComparison.Ordinal);
        Assert.Contains("',\"strategy\":', coalesce(cast(to_json(cast(t.strategy as varchar))", Render("{{ payload_json('t', 'bronze.trades') }}"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_is_added_to_the_contracts_of_bronze_and_silver_is_reconciled()
    {
        Assert.Contains(new RowValues.Column("strategy", "s.strategy", "n.strategy"), RowValues.Columns(silver, trades));
        Assert.DoesNotContain(RowValues.Columns(silver, Topics.Trades.Contract), c => c.Name == "strategy");
        Assert.Contains("n.strategy", RowValues.Quarantined(new(new(2026, 9, 21)), Trades).Sql, StringComparison.Ordinal);
    }

    static Payload Trades => Payload.Trades with { Contract = trades };

    /// <summary>What the project's own macros make of it.</summary>
    static string Render(string text)
    {
        var project = ProjectLoader.Load(MartsLake.ProjectFolder, new Dictionary<string, object?>(), _ => null);
        var names = new Dictionary<string, object?>
        {
            ["payload_columns"] = (TemplateFunction)(_ => ModelNames.PayloadColumns(trades)),
            ["target"] = new TemplateObject("duckdb", new Dictionary<string, object?> { ["type"] = "duckdb" }),
        };
        return Renderer.Render(Template.Parse("m.sql", text, TemplateLimits.Default), names, project.Macros, TemplateLimits.Default).Text;
    }

    /// <summary>Behind the last column of the event.</summary>
    static TableContract With(TableContract contract, string column)
    {
        var events = contract.Payload.Count();
        var added = new ContractColumn(1000, column, ColumnType.Parse("string"), Nullable: true, "", "added", ColumnEncoding.Default);
        return contract with { Columns = [.. contract.Columns.Take(events), added, .. contract.Columns.Skip(events)] };
    }
}
