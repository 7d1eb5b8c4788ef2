-- Accounts that have traded and whose record has no limit.
{{ config(severity='warn') }}
select a.account, a.desk, count(*) as trades
from {{ ref('accounts') }} a
join {{ ref('trades') }} t on t.trade_date = {{ run_day() }} and t.account = a.account
where a.trade_date = {{ run_day() }} and a.margin_limit is null
group by a.account, a.desk
