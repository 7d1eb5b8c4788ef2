-- Positions that a dividend since the day before is due to, or owed by: no profit of ours has it.
{{ config(severity='warn', scope='all') }}
select p.account, p.instrument, p.currency, p.opening_quantity, a.ex_date, a.amount
from {{ ref('daily_pnl') }} p
join {{ ref('corporate_actions') }} a on a.trade_date = {{ run_day() }} and a.instrument = p.instrument and a.action = 'DIVIDEND'
where p.trade_date = {{ run_day() }} and p.opening_quantity <> 0 and a.ex_date <= {{ run_day() }}
  and a.ex_date > (select max(s.trade_date) from {{ ref('portfolio_summary') }} s where s.trade_date < {{ run_day() }})
