-- Every trade record before the cut that this day may need, numbered among the records with its (source, sequence); copy 1 counts.
-- Corrections come later than what they correct, so there is no end; history_days bounds how far back the corrected may lie.
with copies as (
    select
        t.*,
        row_number() over (partition by t.source, t.sequence order by t._log_id, t._kafka_partition, t._offset) as copy
    from {{ source('bronze', 'trades') }} t
    where t.event_time >= {{ midnight(var('history_days')) }}
)
select
    c.*,
    case when v.venue is null then h.starts_at is not null and {{ within_day('c', 'h') }}
         else v.starts_at is not null and {{ within_day('c', 'v') }} end as own_day
from copies c
left join {{ ref('venue_windows') }} v on v.venue = c.venue
left join {{ ref('home_window') }} h on true
