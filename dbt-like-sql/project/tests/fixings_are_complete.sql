-- Without the fixing of a pair no amount of it has a value in account or firm currency. What is missing can be sent until the day is published.
with amounts as (
    select e.account, e.instrument, e.currency as from_currency, a.currency as to_currency
    from {{ ref('fifo_events') }} e
    join {{ ref('accounts') }} a on a.trade_date = {{ run_day() }} and a.account = e.account
    union all
    select e.account, e.instrument, e.currency, '{{ var("firm_currency") }}'
    from {{ ref('fifo_events') }} e
),
missing as (
    select a.*
    from amounts a
    left join {{ ref('conversions') }} c on c.from_currency = a.from_currency and c.to_currency = a.to_currency
    where c.rate is null
),
pairs as (
    select
        m.from_currency, m.to_currency, count(*) as n, min(m.instrument) as instrument, count(distinct m.instrument) as instruments,
        min(m.account) as account, count(distinct m.account) as accounts
    from missing m
    group by m.from_currency, m.to_currency
)
select concat(
    'no fixing of ', p.from_currency, ' to ', p.to_currency, ' holds at the close: ', {{ as_text('p.n') }}, ' rows (lots and trades) of instrument ', p.instrument,
    case when p.instruments > 1 then concat(' and ', {{ as_text('p.instruments - 1') }}, ' more') else '' end, ', account ', p.account,
    case when p.accounts > 1 then concat(' and ', {{ as_text('p.accounts - 1') }}, ' more') else '' end,
    '; send to reference_raw an FX_FIXING ', p.from_currency, p.to_currency, ' that is valid at the close, then run eod again') as says
from pairs p
