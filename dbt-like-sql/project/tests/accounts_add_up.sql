{{ config(scope='all') }}
{%- set level_numbers = ['realised', 'unrealised', 'unrealised_prior', 'fees', 'total_day', 'fx', 'net_value'] %}
-- What is published adds up: the numbers of an account to its total, accounts to their desk, desks to the firm; and each account's number is
-- at most half a cent away from the sum over instruments.
with accounts as (
    select * from {{ ref('portfolio_summary') }} where trade_date = {{ run_day() }}
),
levels as (
    select * from {{ ref('firm_summary') }} where trade_date = {{ run_day() }}
),
rows_of as (
    select
        account
        {%- for name in ['realised', 'unrealised', 'fees', 'fx'] %},
        sum(account_{{ name }}) as {{ name }}, sum(firm_{{ name }}) as firm_{{ name }}
        {%- endfor %}
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
where false
    {%- for name in ['realised', 'unrealised', 'fees', 'fx', 'firm_realised', 'firm_unrealised', 'firm_fees', 'firm_fx'] %}
   or abs(a.{{ name }} - r.{{ name }}) > 0.005
    {%- endfor %}
union all
-- yesterday's level is the one that was published
select a.account
from accounts a
join {{ ref('portfolio_summary') }} y on y.account = a.account
    and y.trade_date = (select max(d.trade_date) from {{ ref('portfolio_summary') }} d where d.trade_date < {{ run_day() }})
where y.currency = a.currency and a.unrealised_prior <> y.unrealised
   or y.firm_currency = a.firm_currency and a.firm_unrealised_prior <> y.firm_unrealised
union all
select coalesce(nullif(l.desk, ''), 'firm')
from levels l
left join (
    select d.level, d.desk, count(*) as accounts
        {%- for name in level_numbers %},
        sum(a.firm_{{ name }}) as {{ name }}
        {%- endfor %}
    from levels d
    join accounts a on d.level = 'FIRM' or a.desk = d.desk
    group by d.level, d.desk
) s on s.level = l.level and s.desk = l.desk
where s.level is null or l.accounts <> s.accounts
    {%- for name in level_numbers %}
   or l.{{ name }} <> s.{{ name }}
    {%- endfor %}
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
