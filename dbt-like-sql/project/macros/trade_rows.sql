{# Records of trades that a day may need, as a derived table. Corrections come later than what they correct, so there is no end; history_days
   bounds how far back the corrected may lie. #}
{% macro trade_history() -%}
(select b.* from {{ source('bronze', 'trades') }} b where b.event_time >= {{ midnight(var('history_days')) }})
{%- endmacro %}

{# Whether a record of trades is of the day: by its venue's window (alias v of venue_windows), the home venue's (h) where no calendar knows it. #}
{% macro own_day(t, v, h) -%}
case when {{ v }}.venue is null then {{ h }}.starts_at is not null and {{ within_day(t, h) }}
     else {{ v }}.starts_at is not null and {{ within_day(t, v) }} end
{%- endmacro %}

{# Trades of the day that are by themselves (not in trade_tangled), as a derived table: a NEW each. Not by a join that finds nothing: DuckDB
   takes a day of trades for fewer than the tangled ones, and would hold them in memory. #}
{% macro plain_trades() -%}
(
    select b.*
    from {{ trade_history() }} b
    left join {{ ref('venue_windows') }} v on v.venue = b.venue
    left join {{ ref('home_window') }} h on true
    where b.kind = 'NEW' and b.event_time >= {{ midnight(8) }} and b.event_time < {{ day_is_over() }} and {{ own_day('b', 'v', 'h') }}
      and {{ is_none_of('b', ref('trade_tangled')) }}
)
{%- endmacro %}

{# Whether the record of alias b is none of a table of (source, sequence). #}
{% macro is_none_of(b, table) %}{{ adapter.dispatch('is_none_of')(b, table) }}{% endmacro %}

{% macro duckdb__is_none_of(b, table) %}row({{ b }}.source, {{ b }}.sequence) not in (select row(g.source, g.sequence) from {{ table }} g){% endmacro %}

{% macro default__is_none_of(b, table) -%}
not exists (select 1 from {{ table }} g where g.source = {{ b }}.source and g.sequence = {{ b }}.sequence)
{%- endmacro %}

{# The first rule that a trade breaks, else null. #}
{% macro broken_trade(t) %}coalesce({{ broken_rule('bronze.trades', t) }}, {{ broken_rule('silver.trades', t) }}){% endmacro %}
