-- Each number is rounded once, from the sum over instruments; yesterday's level is the one that was published, and the total is that of the
-- rounded numbers of its row. So what is published adds up, over the row and over days. An account without a trade or a position has a row of noughts.
with pnl as (
    select
        p.account, sum(p.trades) as trades
        {%- for prefix in ['account', 'firm'] %}
        {%- for name in ['realised', 'unrealised', 'unrealised_prior', 'fees', 'fx'] %},
        cast(round(sum(p.{{ prefix }}_{{ name }}), 2) as decimal(18, 2)) as {{ prefix }}_{{ name }}
        {%- endfor %}
        {%- endfor %}
    from {{ ref('daily_pnl') }} p
    where p.trade_date = {{ run_day() }}
    group by p.account
),
positions as (
    select
        c.account, sum(c.positions) as positions, sum(c.firm_long + c.firm_short) as firm_net_value,
        round(sum(c.account_long), 2) as long_value, round(sum(c.account_short), 2) as short_value
    from {{ ref('exposure_cells') }} c
    group by c.account
),
numbers as (
    select
        a.desk, a.account, a.currency, coalesce(p.trades, 0) as trades
        {%- for prefix in ['account', 'firm'] %}
        {%- for name in ['realised', 'unrealised', 'fees', 'fx'] %},
        coalesce(p.{{ prefix }}_{{ name }}, cast(0 as decimal(18, 2))) as {{ prefix }}_{{ name }}
        {%- endfor %}
        {%- endfor %},
        coalesce(case when y.currency = a.currency then y.unrealised end, p.account_unrealised_prior, cast(0 as decimal(18, 2))) as account_unrealised_prior,
        coalesce(case when y.firm_currency = '{{ var("firm_currency") }}' then y.firm_unrealised end, p.firm_unrealised_prior, cast(0 as decimal(18, 2))) as firm_unrealised_prior
    from {{ ref('accounts') }} a
    left join pnl p on p.account = a.account
    left join {{ this }} y on y.trade_date = {{ previous_day() }} and y.account = a.account
    where a.trade_date = {{ run_day() }}
)
select
    {{ run_day() }} as trade_date,
    n.desk, n.account, n.currency,
    n.account_realised as realised, n.account_unrealised as unrealised, n.account_unrealised_prior as unrealised_prior, n.account_fees as fees,
    n.account_realised + n.account_unrealised - n.account_unrealised_prior - n.account_fees as total_day,
    n.account_fx as fx,
    cast(coalesce(q.long_value - q.short_value, 0) as decimal(18, 2)) as gross_value,
    cast(coalesce(q.long_value + q.short_value, 0) as decimal(18, 2)) as net_value,
    cast(coalesce(q.positions, 0) as bigint) as positions,
    cast(n.trades as bigint) as trades,
    '{{ var("firm_currency") }}' as firm_currency,
    n.firm_realised, n.firm_unrealised, n.firm_unrealised_prior, n.firm_fees,
    n.firm_realised + n.firm_unrealised - n.firm_unrealised_prior - n.firm_fees as firm_total_day,
    n.firm_fx,
    cast(coalesce(q.firm_net_value, 0) as decimal(18, 2)) as firm_net_value
from numbers n
left join positions q on q.account = n.account
