-- Every tangled record before the cut, numbered among the records with its (source, sequence); copy 1 counts.
with copies as (
    select
        t.*,
        row_number() over (partition by t.source, t.sequence order by t._log_id, t._kafka_partition, t._offset) as copy
    from {{ trade_history() }} t
    join {{ ref('trade_tangled') }} g on g.source = t.source and g.sequence = t.sequence
)
select c.*, {{ own_day('c', 'v', 'h') }} as own_day
from copies c
left join {{ ref('venue_windows') }} v on v.venue = c.venue
left join {{ ref('home_window') }} h on true
