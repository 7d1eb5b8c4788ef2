{{ config(severity='warn') }}
-- What is open of an instrument or account whose record has ended is valued by the last one.
with ended as (
    select 'instrument' as kind, i.instrument as id, i.valid_to, p.account, p.instrument
    from {{ ref('positions_eod') }} p
    join {{ ref('instruments') }} i on i.trade_date = {{ run_day() }} and i.instrument = p.instrument and i.ended
    union all
    select 'account', a.account, a.valid_to, p.account, p.instrument
    from {{ ref('positions_eod') }} p
    join {{ ref('accounts') }} a on a.trade_date = {{ run_day() }} and a.account = p.account and a.ended
)
select concat('the record of ', e.kind, ' ', e.id, ' has ended (', {{ micros_text('e.valid_to') }}, ' microseconds since 1970): ', {{ as_text('count(*)') }}, ' open positions are valued by it, the first ', min(concat(e.account, ' ', e.instrument)), '; send a new record, or close them') as says
from ended e
group by e.kind, e.id, e.valid_to
