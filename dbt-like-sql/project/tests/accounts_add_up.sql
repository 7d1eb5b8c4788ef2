-- The firm's total is that of the accounts, before anything is rounded.
select s.account
from {{ ref('portfolio_summary') }} s
join (
    select account, sum(firm_total_day) as firm_total_day
    from {{ ref('daily_pnl') }}
    where trade_date = {{ run_day() }}
    group by account
) p on p.account = s.account
where s.trade_date = {{ run_day() }} and abs(s.firm_total_day - p.firm_total_day) > 0.005
