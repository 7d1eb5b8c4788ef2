-- What one unit of a currency is in another: the fixing of the day in one step, and 1 for a currency in itself.
select f.from_currency, f.to_currency, f.rate
from {{ ref('fx_fixings') }} f
where f.trade_date = {{ run_day() }} and f.from_currency <> f.to_currency
union all
select c.currency, c.currency, cast(1 as decimal(18, 6))
from (
    select currency from {{ ref('instruments') }} where trade_date = {{ run_day() }}
    union
    select currency from {{ ref('accounts') }} where trade_date = {{ run_day() }}
    union
    select currency from {{ previous('lots_eod') }} where trade_date = {{ previous_day() }}
    union
    select '{{ var("firm_currency") }}'
) c
