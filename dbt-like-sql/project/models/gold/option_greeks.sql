{{ config(engine='duckdb') }}
-- Options are valued as European ones without dividends: what the reference data tell.
with terms as (
    select
        i.instrument, i.underlying, i.option_right, i.strike, i.expiry, m.mark, coalesce(m.mark_source, 'NONE') as mark_source, u.mark as spot,
        cast(date_diff('day', {{ run_day() }}, i.expiry) as double) / 365 as years,
        coalesce(cast(r.rate as double), 0) as rate
    from {{ ref('instruments') }} i
    left join {{ ref('marks') }} m on m.trade_date = {{ run_day() }} and m.instrument = i.instrument
    left join {{ ref('marks') }} u on u.trade_date = {{ run_day() }} and u.instrument = i.underlying
    left join {{ ref('rates') }} r on r.trade_date = {{ run_day() }} and r.currency = i.currency
    where i.trade_date = {{ run_day() }} and i.kind = 'OPTION'
),
implied as (
    select
        t.*, t.option_right = 'CALL' as call, cast(t.spot as double) as s, cast(t.strike as double) as k,
        {{ number_or_null("bsm_iv(t.option_right = 'CALL', cast(t.mark as double), cast(t.spot as double), cast(t.strike as double), t.years, t.rate, cast(0 as double))") }} as iv
    from terms t
)
select
    {{ run_day() }} as trade_date,
    i.instrument, i.underlying, i.option_right, i.strike, i.expiry, i.mark, i.mark_source, i.spot, i.years, i.rate,
    i.iv as implied_volatility,
    case
        when i.iv > 0 then null
        when i.iv = 0 then 'AT_INTRINSIC'
        when i.mark is null then 'NO_MARK'
        when i.years <= 0 then 'EXPIRED'
        when i.spot is null then 'NO_UNDERLYING'
        when i.mark < case when i.call then i.s - i.k * exp(-i.rate * i.years) else i.k * exp(-i.rate * i.years) - i.s end then 'BELOW_INTRINSIC'
        else 'BEYOND_BOUND'
    end as volatility_reason,
    {%- for name in ['price', 'delta', 'gamma', 'vega', 'theta'] %}
    {{ number_or_null('bsm_' ~ name ~ '(i.call, i.s, i.k, i.years, i.rate, cast(0 as double), i.iv)') }} as {% if name == 'price' %}model_price{% else %}{{ name }}{% endif %}{% if not loop.last %},{% endif %}
    {%- endfor %}
from implied i
