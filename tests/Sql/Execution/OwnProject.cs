using Dart.Lake.Sql.Tests.Loading;
using static Dart.Lake.Sql.Tests.Execution.LakeFixture;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>A project of one's own over the fixture's lake, with a day of it that is published.</summary>
internal static class OwnProject
{
    public static readonly DateOnly Monday = new(2026, 9, 21);

    /// <summary>Trades by instrument: a day by the types of its columns, and a whole table by a file of schemas/.</summary>
    public static TemporaryProject Files(params ReadOnlySpan<(string Path, string Text)> more) => new(
    [
        ("dbt_project.yml", "name: desk\nvars: {least: 0}\nmodels:\n  desk:\n    +materialized: day\n"),
        ("models/traded.sql", """
            select date '{{ var("trade_date") }}' as trade_date, instrument, cast(count(*) as bigint) as trades, cast(sum(price) as decimal(18, 6)) as total
            from {{ source('silver', 'trades') }}
            where trade_date = date '{{ var("trade_date") }}' and price >= {{ var('least') }}
            group by instrument
            """),
        ("models/known.sql", """
            {{ config(materialized='table') }}
            select trade_date, instrument, coalesce(c.label, 'none') as label from {{ ref('traded') }} left join {{ ref('labels') }} c using (instrument)
            """),
        ("seeds/labels.csv", "instrument,label\nAIG,insurer\n"),
        ("schemas/tables/desk/known.yml", """
            table: desk.known
            description: "What is traded, with its label."
            partition: { source: trade_date, transform: identity, name: trade_date }
            sort: [instrument]
            columns:
              - { id: 1, name: trade_date, type: "date", nullable: false, unit: "", description: "the day" }
              - { id: 2, name: instrument, type: "string", nullable: false, unit: "", description: "instrument" }
              - { id: 3, name: label, type: "string", nullable: false, unit: "", description: "its label" }
            canonical: { exclude: [], order: [instrument] }
            """),
        ("models/desk.yml", """
            models:
            - name: traded
              description: "Trades by instrument."
              columns:
              - {name: trade_date, data_type: date}
              - {name: instrument, data_type: varchar, data_tests: [unique, not_null]}
              - {name: trades, data_type: bigint}
              - {name: total, data_type: "numeric(18, 6)", description: "sum of prices"}
            """),
        .. more,
    ]);

    /// <summary>The fixture with three trades on Monday, and Monday published.</summary>
    public static async Task<LakeFixture> PublishedAsync()
    {
        var lake = await OpenAsync();
        await lake.AppendAsync(
            new Trade("NEW", Monday, 1, 10), new Trade("NEW", Monday, 2, 20), new Trade("NEW", Monday, 3, 5, "IBM"));
        await lake.CutAsync(Monday);
        await lake.EndOfDay().RunAsync(Monday, null, CancellationToken.None);
        return lake;
    }
}
