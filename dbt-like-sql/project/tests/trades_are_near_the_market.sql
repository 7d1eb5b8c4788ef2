-- Trades farther from the market than the limit of their kind of instrument: from the prices of the tape in their minute, else from the mark of the day.
-- Of an option the limit is a share of what its underlying is worth, of all else of the price itself. A bust or a correction mends a wrong one.
{{ config(severity='warn') }}
with traded as (
    select
        t.source, t.sequence, t.account, t.instrument, t.price, i.kind,
        coalesce(b.low, m.mark) as low, coalesce(b.high, m.mark) as high,
        cast(case when i.kind = 'OPTION' then u.mark else m.mark end as decimal(20, 6)) as worth,
        case i.kind
            {%- for kind in ['EQUITY', 'INDEX', 'OPTION', 'FX'] %}
            when '{{ kind }}' then cast('{{ var("far_from_market_" ~ kind | lower) }}' as decimal(5, 4))
            {%- endfor %}
        end as far
    from {{ ref('trades') }} t
    join {{ ref('instruments') }} i on i.trade_date = {{ run_day() }} and i.instrument = t.instrument
    left join {{ ref('marks') }} m on m.trade_date = {{ run_day() }} and m.instrument = t.instrument
    left join {{ ref('marks') }} u on u.trade_date = {{ run_day() }} and u.instrument = i.underlying
    left join {{ ref('ohlcv_1m') }} b on b.trade_date = {{ run_day() }} and b.instrument = t.instrument and b.minute = date_trunc('minute', t.event_time)
    where t.trade_date = {{ run_day() }}
)
select t.source, t.sequence, t.account, t.instrument, t.price, t.low, t.high
from traded t
where t.price < t.low - t.far * t.worth or t.price > t.high + t.far * t.worth
