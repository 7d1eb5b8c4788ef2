{# Market data of one kind as a derived table m: each record once, with the window of its instrument (null where it is not known) and the home venue's. #}
{% macro market_rows(kind) -%}
(
    select m.*, i.kind as instrument_kind, i.underlying, i.expiry, i.strike, i.option_right,
        coalesce(i.starts_at, h.starts_at) as starts_at, coalesce(i.ends_at, h.ends_at) as ends_at
    from (
        select b.kind, {{ market_columns('b') }}
        from {{ source('bronze', 'market_data') }} b
        where b.kind = '{{ kind }}' and b.event_time >= {{ midnight(8) }} and b.event_time < {{ day_is_over() }}
          and not exists (select 1 from {{ ref('market_repeats') }} r where r.source = b.source and r.sequence = b.sequence)
        union all
        select c.kind, {{ market_columns('c') }}
        from {{ ref('market_copies') }} c
        where c.kind = '{{ kind }}' and c.class = 'first'
    ) m
    left join {{ ref('instrument_windows') }} i on i.instrument = m.instrument
    left join {{ ref('home_window') }} h on i.instrument is null
) m
{%- endmacro %}

{% macro market_columns(t) -%}
{{ t }}.instrument, {{ t }}.event_time, {{ t }}.ingest_time, {{ t }}.source, {{ t }}.sequence, {{ t }}.venue, {{ t }}.bid, {{ t }}.bid_size, {{ t }}.ask, {{ t }}.ask_size,
{{ t }}.price, {{ t }}.size, {{ t }}.condition, {{ t }}.suspicious, {{ t }}._log_id, {{ t }}._topic, {{ t }}._kafka_partition, {{ t }}._offset
{%- endmacro %}
