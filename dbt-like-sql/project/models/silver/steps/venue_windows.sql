-- The window of the day per known venue, null where the venue has no session; a venue that no calendar knows goes by the home venue.
with venues as (
    select distinct venue from {{ ref('venue_sessions') }}
),
today as (
    select * from {{ ref('venue_sessions') }} where trade_date = {{ run_day() }}
)
select v.venue, t.starts_at, t.ends_at, t.closes_at
from venues v left join today t on t.venue = v.venue
