-- What a position gains when its underlying returns r: delta_value x r + half_gamma_value x r². Of an option by the Greeks of its close, at 10 places;
-- of all else delta_value is the market value. An option below its intrinsic value moves with it, one that has expired does not move; one that has no
-- Greeks has nulls. Its underlying is taken to be quoted in its currency.
with greeks as (
    select
        g.instrument, g.underlying, g.spot, coalesce(g.volatility_reason = 'EXPIRED', false) as expired,
        case
            when g.volatility_reason = 'EXPIRED' then 0
            when g.volatility_reason = 'BELOW_INTRINSIC' then case when g.option_right = 'CALL' then 1 else -1 end
            else {{ to_decimal('g.delta', 12, 10) }}
        end as delta,
        case
            when g.volatility_reason in ('EXPIRED', 'BELOW_INTRINSIC') then 0
            when g.gamma * {{ to_double('g.spot', 6) }} < 10000000 then {{ to_decimal('g.gamma * ' ~ to_double('g.spot', 6) ~ ' / 2', 18, 10) }}
        end as half_gamma
    from {{ ref('option_greeks') }} g
    where g.trade_date = {{ run_day() }}
),
positions as (
    select
        p.desk, p.account, p.instrument, p.instrument_kind, p.account_currency, p.firm_currency, p.account_market_value, p.firm_market_value,
        coalesce(g.underlying, p.instrument) as returns_of, coalesce(g.expired, false) as expired, g.instrument is not null as by_greeks, g.delta, g.half_gamma,
        cast({{ converted(amount('coalesce(g.spot, 0)', 'p.quantity', 'p.multiplier'), 'ra.rate') }} as decimal(38, 4)) as account_underlying,
        cast({{ converted(amount('coalesce(g.spot, 0)', 'p.quantity', 'p.multiplier'), 'rf.rate') }} as decimal(38, 4)) as firm_underlying
    from {{ ref('positions_eod') }} p
    left join greeks g on g.instrument = p.instrument
    left join {{ ref('conversions') }} ra on ra.from_currency = p.currency and ra.to_currency = p.account_currency
    left join {{ ref('conversions') }} rf on rf.from_currency = p.currency and rf.to_currency = p.firm_currency
    where p.trade_date = {{ run_day() }}
)
select
    p.desk, p.account, p.instrument, p.instrument_kind, p.account_currency, p.firm_currency, p.returns_of, p.expired, p.account_market_value, p.firm_market_value
    {%- for scope in ['account', 'firm'] %},
    case
        when not p.by_greeks then p.{{ scope }}_market_value
        when p.half_gamma is not null then cast(cast({{ product('p.' ~ scope ~ '_underlying', 4, 'p.delta', 10) }} as decimal(38, 4)) as decimal(38, 16))
    end as {{ scope }}_delta_value,
    case
        when not p.by_greeks then cast(0 as decimal(38, 4))
        when p.delta is not null then cast({{ product('p.' ~ scope ~ '_underlying', 4, 'p.half_gamma', 10) }} as decimal(38, 4))
    end as {{ scope }}_half_gamma_value
    {%- endfor %}
from positions p
