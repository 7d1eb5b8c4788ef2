-- An account without a position has a row too: PERMIT may say that it has one. Gross and net are those of the rounded sides.
with levels as (
    select
        'ACCOUNT' as level, a.desk, a.account, '' as instrument_kind, a.currency, c.positions, c.account_long as long_value, c.account_short as short_value,
        c.account_delta_gross as delta_gross, c.account_delta_net as delta_net, c.without_delta
    from {{ ref('accounts') }} a
    left join {{ ref('exposure_cells') }} c on c.account = a.account
    where a.trade_date = {{ run_day() }}
    {%- for level, desk, kind in [('DESK', 'c.desk', "''"), ('KIND', "''", 'c.instrument_kind'), ('FIRM', "''", "''")] %}
    union all
    select '{{ level }}', {{ desk }}, '', {{ kind }}, c.firm_currency, c.positions, c.firm_long, c.firm_short, c.firm_delta_gross, c.firm_delta_net, c.without_delta
    from {{ ref('exposure_cells') }} c
    {%- endfor %}
),
sums as (
    select
        l.level, l.desk, l.account, l.instrument_kind, l.currency, cast(coalesce(sum(l.positions), 0) as bigint) as positions
        {%- for name in ['long_value', 'short_value', 'delta_gross', 'delta_net'] %},
        cast(round(coalesce(sum(l.{{ name }}), 0), 2) as decimal(18, 2)) as {{ name }}
        {%- endfor %},
        cast(coalesce(sum(l.without_delta), 0) as bigint) as without_delta
    from levels l
    group by l.level, l.desk, l.account, l.instrument_kind, l.currency
),
totals as (
    select s.*, s.long_value - s.short_value as gross, s.long_value + s.short_value as net from sums s
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
    s.level, s.desk, s.account, s.instrument_kind, s.currency, s.positions, s.long_value, s.short_value, cast(s.gross as decimal(18, 2)) as gross, cast(s.net as decimal(18, 2)) as net,
    g.amount as permit_gross, n.amount as permit_net,
    cast(s.gross - g.amount as decimal(18, 2)) as gross_difference, cast(s.net - n.amount as decimal(18, 2)) as net_difference,
    s.delta_gross, s.delta_net, s.without_delta
from totals s
left join stated g on s.level = 'ACCOUNT' and g.account = s.account and g.measure = 'GROSS' and g.place = 1 and g.currency = s.currency
left join stated n on s.level = 'ACCOUNT' and n.account = s.account and n.measure = 'NET' and n.place = 1 and n.currency = s.currency
