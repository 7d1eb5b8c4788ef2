-- Lots and trades of an instrument or account of which no record is known count nowhere. What is missing can be sent until the day is published.
with missing as (
    select 'INSTRUMENT' as kind, e.instrument as id, e.account as of_other, 'account' as other
    from {{ ref('fifo_events') }} e
    left join {{ ref('instruments') }} i on i.trade_date = {{ run_day() }} and i.instrument = e.instrument
    where i.instrument is null
    union all
    select 'ACCOUNT', e.account, e.instrument, 'instrument'
    from {{ ref('fifo_events') }} e
    left join {{ ref('accounts') }} a on a.trade_date = {{ run_day() }} and a.account = e.account
    where a.account is null
)
select concat(
    'no record of ', lower(m.kind), ' ', m.id, ' holds at the close: ', count(*), ' rows (lots and trades), the first of ', m.other, ' ', min(m.of_other),
    '; send to reference_raw an ', m.kind, ' ', m.id, ' that is valid at the close, then run eod again') as says
from missing m
group by m.kind, m.id, m.other
