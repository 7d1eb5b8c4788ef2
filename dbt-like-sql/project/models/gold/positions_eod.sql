with positions as (
    select
        l.account, l.instrument, l.desk, l.currency, l.multiplier,
        cast(sum(l.quantity) as decimal(18, 4)) as quantity, count(*) as lots, sum(l.cost) as cost
    from {{ ref('lots_eod') }} l
    where l.trade_date = {{ run_day() }}
    group by l.account, l.instrument, l.desk, l.currency, l.multiplier
),
valued as (
    select
        p.*, m.mark, coalesce(m.mark_source, 'NONE') as mark_source, m.mark_time,
        case when m.mark is null then p.cost else {{ amount('m.mark', 'p.quantity', 'p.multiplier') }} end as market_value
    from positions p
    left join {{ ref('marks') }} m on m.trade_date = {{ run_day() }} and m.instrument = p.instrument
)
select
    {{ run_day() }} as trade_date,
    v.desk, v.account, v.instrument, coalesce(i.kind, '') as instrument_kind, v.currency,
    a.currency as account_currency, '{{ var("firm_currency") }}' as firm_currency,
    v.multiplier, v.quantity, v.lots, v.cost, v.mark, v.mark_source, v.mark_time, v.market_value,
    v.market_value - v.cost as unrealised,
    {{ converted('v.market_value', 'ra.rate') }} as account_market_value,
    {{ converted('v.market_value', 'rf.rate') }} as firm_market_value,
    coalesce(i.ended, false) or coalesce(a.ended, false) as record_ended
from valued v
left join {{ ref('instruments') }} i on i.trade_date = {{ run_day() }} and i.instrument = v.instrument
left join {{ ref('accounts') }} a on a.trade_date = {{ run_day() }} and a.account = v.account
left join {{ ref('conversions') }} ra on ra.from_currency = v.currency and ra.to_currency = a.currency
left join {{ ref('conversions') }} rf on rf.from_currency = v.currency and rf.to_currency = '{{ var("firm_currency") }}'
