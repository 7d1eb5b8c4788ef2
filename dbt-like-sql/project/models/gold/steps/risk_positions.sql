-- Market values per account in account currency, and of desks and the firm in firm currency.
select 'ACCOUNT' as scope, p.desk, p.account, p.account_currency as currency, p.instrument, cast(p.account_market_value as decimal(38, 4)) as value
from {{ ref('positions_eod') }} p
where p.trade_date = {{ run_day() }}
union all
select 'DESK', p.desk, '', p.firm_currency, p.instrument, cast(sum(p.firm_market_value) as decimal(38, 4))
from {{ ref('positions_eod') }} p
where p.trade_date = {{ run_day() }}
group by p.desk, p.firm_currency, p.instrument
union all
select 'FIRM', '', '', p.firm_currency, p.instrument, cast(sum(p.firm_market_value) as decimal(38, 4))
from {{ ref('positions_eod') }} p
where p.trade_date = {{ run_day() }}
group by p.firm_currency, p.instrument
