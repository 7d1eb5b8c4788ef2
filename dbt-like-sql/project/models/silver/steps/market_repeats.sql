-- (source, sequence) that occur more than once: few, so that all other records need no sorting.
select m.source, m.sequence
from {{ source('bronze', 'market_data') }} m
where m.event_time >= {{ midnight(8) }} and m.event_time < {{ day_is_over() }}
  and m.event_time >= (select w.starts_at from {{ ref('day_window') }} w) and m.event_time < (select w.ends_at from {{ ref('day_window') }} w)
group by m.source, m.sequence
having count(*) > 1
