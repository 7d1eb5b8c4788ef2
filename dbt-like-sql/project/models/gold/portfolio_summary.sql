-- Each number is rounded once, from the sum over instruments. An account without a trade or a position has a row of noughts.
with pnl as (
    select
        p.account, sum(p.trades) as trades,
        sum(p.account_realised) as realised, sum(p.account_unrealised) as unrealised, sum(p.account_unrealised_prior) as unrealised_prior,
        sum(p.account_fees) as fees, sum(p.account_total_day) as total_day, sum(p.firm_total_day) as firm_total_day
    from {{ ref('daily_pnl') }} p
    where p.trade_date = {{ run_day() }}
    group by p.account
),
positions as (
    select
        p.account, count(*) as positions, sum(abs(p.account_market_value)) as gross_value, sum(p.account_market_value) as net_value, sum(p.firm_market_value) as firm_net_value
    from {{ ref('positions_eod') }} p
    where p.trade_date = {{ run_day() }}
    group by p.account
)
select
    {{ run_day() }} as trade_date,
    a.desk, a.account, a.currency,
    {%- for name in ['realised', 'unrealised', 'unrealised_prior', 'fees', 'total_day'] %}
    cast(round(coalesce(p.{{ name }}, 0), 2) as decimal(18, 2)) as {{ name }},
    {%- endfor %}
    cast(round(coalesce(q.gross_value, 0), 2) as decimal(18, 2)) as gross_value,
    cast(round(coalesce(q.net_value, 0), 2) as decimal(18, 2)) as net_value,
    coalesce(q.positions, 0) as positions,
    cast(coalesce(p.trades, 0) as bigint) as trades,
    '{{ var("firm_currency") }}' as firm_currency,
    cast(round(coalesce(p.firm_total_day, 0), 2) as decimal(18, 2)) as firm_total_day,
    cast(round(coalesce(q.firm_net_value, 0), 2) as decimal(18, 2)) as firm_net_value
from {{ ref('accounts') }} a
left join pnl p on p.account = a.account
left join positions q on q.account = a.account
where a.trade_date = {{ run_day() }}
