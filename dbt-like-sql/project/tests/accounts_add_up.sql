-- What is published adds up: the numbers of an account to its total, accounts to their desk, desks to the firm; and each account's number is
-- at most half a cent away from the sum over instruments.
with accounts as (
    select * from {{ ref('portfolio_summary') }} where trade_date = {{ run_day() }}
),
levels as (
    select * from {{ ref('firm_summary') }} where trade_date = {{ run_day() }}
),
rows_of as (
    select account, sum(account_realised) as realised, sum(account_unrealised) as unrealised, sum(account_fees) as fees, sum(firm_unrealised) as firm_unrealised
    from {{ ref('daily_pnl') }}
    where trade_date = {{ run_day() }}
    group by account
)
select a.account as subject
from accounts a
where a.total_day <> a.realised + a.unrealised - a.unrealised_prior - a.fees
   or a.firm_total_day <> a.firm_realised + a.firm_unrealised - a.firm_unrealised_prior - a.firm_fees
union all
select a.account
from accounts a
join rows_of r on r.account = a.account
where abs(a.realised - r.realised) > 0.005 or abs(a.unrealised - r.unrealised) > 0.005 or abs(a.fees - r.fees) > 0.005 or abs(a.firm_unrealised - r.firm_unrealised) > 0.005
union all
select d.desk
from levels d
left join (select desk, sum(firm_total_day) as total_day, sum(firm_unrealised) as unrealised from accounts group by desk) s on s.desk = d.desk
where d.level = 'DESK' and (s.desk is null or d.total_day <> s.total_day or d.unrealised <> s.unrealised)
union all
select 'firm'
from (
    select
        sum(case when level = 'FIRM' then total_day else -total_day end) as total_day,
        sum(case when level = 'FIRM' then unrealised else -unrealised end) as unrealised
    from levels
) f
where f.total_day <> 0 or f.unrealised <> 0
union all
-- Exposure: long and short make gross and net, desks and kinds the firm, which is worth what its accounts are
select e.level || ' ' || e.desk || e.account || e.instrument_kind
from {{ ref('exposure_summary') }} e
where e.trade_date = {{ run_day() }} and (e.gross <> e.long_value - e.short_value or e.net <> e.long_value + e.short_value)
union all
select p.level
from (
    select e.level, sum(e.gross) as gross, sum(e.net) as net, sum(e.delta_net) as delta_net, sum(e.positions) as positions
    from {{ ref('exposure_summary') }} e
    where e.trade_date = {{ run_day() }} and e.level in ('DESK', 'KIND')
    group by e.level
) p
join {{ ref('exposure_summary') }} f on f.trade_date = {{ run_day() }} and f.level = 'FIRM'
where p.gross <> f.gross or p.net <> f.net or p.delta_net <> f.delta_net or p.positions <> f.positions
union all
select 'exposure of the firm'
from {{ ref('exposure_summary') }} f
join levels l on l.level = 'FIRM'
where f.trade_date = {{ run_day() }} and f.level = 'FIRM' and f.net <> l.net_value
union all
select e.account
from {{ ref('exposure_summary') }} e
join accounts a on a.account = e.account
where e.trade_date = {{ run_day() }} and e.level = 'ACCOUNT' and (e.gross <> a.gross_value or e.net <> a.net_value)
