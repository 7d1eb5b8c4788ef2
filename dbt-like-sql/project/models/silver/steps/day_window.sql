-- The widest window of the day over all venues, and when the day closes: what has no venue of its own is dated by these.
select
    min(s.starts_at) as starts_at,
    max(s.ends_at) as ends_at,
    max(s.closes_at) as closes_at
from {{ ref('venue_sessions') }} s
where s.trade_date = {{ run_day() }}
