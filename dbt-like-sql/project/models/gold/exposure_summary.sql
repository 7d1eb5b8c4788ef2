with positions as (
    select * from {{ ref('positions_eod') }} where trade_date = {{ run_day() }}
),
-- An account without a position has a row too: PERMIT may say that it has one.
levels as (
    select 'ACCOUNT' as level, a.desk, a.account, '' as instrument_kind, a.currency, p.account_market_value as value
    from {{ ref('accounts') }} a
    left join positions p on p.account = a.account
    where a.trade_date = {{ run_day() }}
    union all
    select 'DESK', p.desk, '', '', p.firm_currency, p.firm_market_value from positions p
    union all
    select 'KIND', '', '', p.instrument_kind, p.firm_currency, p.firm_market_value from positions p
),
sums as (
    select
        l.level, l.desk, l.account, l.instrument_kind, l.currency, count(l.value) as positions,
        cast(round(coalesce(sum(l.value) filter (where l.value > 0), 0), 2) as decimal(18, 2)) as long_value,
        cast(round(coalesce(sum(l.value) filter (where l.value < 0), 0), 2) as decimal(18, 2)) as short_value,
        cast(round(coalesce(sum(abs(l.value)), 0), 2) as decimal(18, 2)) as gross,
        cast(round(coalesce(sum(l.value), 0), 2) as decimal(18, 2)) as net
    from levels l
    group by l.level, l.desk, l.account, l.instrument_kind, l.currency
),
stated as (
    select
        e.account, e.measure, e.currency, cast(round(e.amount, 2) as decimal(18, 2)) as amount,
        row_number() over (partition by e.account, e.measure order by e.event_time desc, e.source desc, e.sequence desc) as place
    from {{ ref('permit_exposure') }} e
    where e.trade_date = {{ run_day() }}
)
select
    {{ run_day() }} as trade_date,
    s.level, s.desk, s.account, s.instrument_kind, s.currency, s.positions, s.long_value, s.short_value, s.gross, s.net,
    g.amount as permit_gross, n.amount as permit_net,
    cast(s.gross - g.amount as decimal(18, 2)) as gross_difference, cast(s.net - n.amount as decimal(18, 2)) as net_difference
from sums s
left join stated g on s.level = 'ACCOUNT' and g.account = s.account and g.measure = 'GROSS' and g.place = 1 and g.currency = s.currency
left join stated n on s.level = 'ACCOUNT' and n.account = s.account and n.measure = 'NET' and n.place = 1 and n.currency = s.currency
