{# Market data of one kind (ANY: of all) as a derived table m: each record once, with the window of
   its instrument (null where it is not known) and the home venue's. A join that finds nothing, and not "not exists", which DuckDB 1.5.6 asks
   of a copy of all rows in memory. #}
{% macro market_rows(kind) -%}
(
    select m.*, m.price as mark, i.kind as instrument_kind, i.underlying, i.expiry, i.strike, i.option_right,
        coalesce(i.starts_at, h.starts_at) as starts_at, coalesce(i.ends_at, h.ends_at) as ends_at
    from (
        select {{ record_columns('b', 'bronze.market_data') }}
        from {{ source('bronze', 'market_data') }} b
        left join {{ ref('market_repeats') }} r on r.source = b.source and r.sequence = b.sequence
        where {{ of_kind('b', kind) }} and b.event_time >= {{ midnight(8) }} and b.event_time < {{ day_is_over() }} and r.sequence is null
        union all
        select {{ record_columns('c', 'bronze.market_data') }}
        from {{ ref('market_copies') }} c
        where {{ of_kind('c', kind) }} and c.class = 'first'
    ) m
    left join {{ ref('instrument_windows') }} i on i.instrument = m.instrument
    left join {{ ref('home_window') }} h on i.instrument is null
) m
{%- endmacro %}

{# Whether a record of market data is of a kind; ANY: of whatever kind. #}
{% macro of_kind(t, kind) -%}
{% if kind == 'ANY' %}true{% else %}{{ t }}.kind = '{{ kind }}'{% endif %}
{%- endmacro %}

{# The table that takes market data of a kind. #}
{% macro market_table(kind) -%}
case {{ kind }} when 'QUOTE' then 'silver.quotes' when 'PRINT' then 'silver.prints' when 'MARK' then 'silver.marks' else 'bronze.market_data' end
{%- endmacro %}

{# Records of market data that may be of the day, before they are dated by their venues, as a derived table. #}
{% macro market_day() -%}
(
    select m.*
    from {{ source('bronze', 'market_data') }} m
    where m.event_time >= {{ midnight(8) }} and m.event_time < {{ day_is_over() }}
      and m.event_time >= (select w.starts_at from {{ ref('day_window') }} w) and m.event_time < (select w.ends_at from {{ ref('day_window') }} w)
)
{%- endmacro %}
