{# Market data of one kind (OTHER: of a kind that the contract does not name) as a derived table m: each record once, with the window of
   its instrument (null where it is not known) and the home venue's. #}
{% macro market_rows(kind) -%}
(
    select m.*, m.price as mark, i.kind as instrument_kind, i.underlying, i.expiry, i.strike, i.option_right,
        coalesce(i.starts_at, h.starts_at) as starts_at, coalesce(i.ends_at, h.ends_at) as ends_at
    from (
        select {{ record_columns('b', 'bronze.market_data') }}
        from {{ source('bronze', 'market_data') }} b
        where {{ of_kind('b', kind) }} and b.event_time >= {{ midnight(8) }} and b.event_time < {{ day_is_over() }}
          and not exists (select 1 from {{ ref('market_repeats') }} r where r.source = b.source and r.sequence = b.sequence)
        union all
        select {{ record_columns('c', 'bronze.market_data') }}
        from {{ ref('market_copies') }} c
        where {{ of_kind('c', kind) }} and c.class = 'first'
    ) m
    left join {{ ref('instrument_windows') }} i on i.instrument = m.instrument
    left join {{ ref('home_window') }} h on i.instrument is null
) m
{%- endmacro %}

{# Whether a record of market data is of a kind; OTHER: of none that the contract names. #}
{% macro of_kind(t, kind) -%}
{% if kind == 'OTHER' %}{{ t }}.kind not in ('QUOTE', 'PRINT', 'MARK'){% else %}{{ t }}.kind = '{{ kind }}'{% endif %}
{%- endmacro %}
