-- A position that nothing prices would silently count nothing. What is missing can be sent until the day is published.
select concat(
    'no mark of instrument ', p.instrument, ': ', {{ as_text('count(*)') }}, ' positions, the first of account ', min(p.account),
    '; send to reference_raw a MARK of ', p.instrument, ' with as_of {{ var("trade_date") }} or the last day that had a price, then run eod again') as says
from {{ ref('positions_eod') }} p
where p.mark is null
group by p.instrument
