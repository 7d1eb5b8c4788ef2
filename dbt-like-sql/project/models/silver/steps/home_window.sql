-- The home venue's window: what names no venue, or one that no calendar knows, is dated by it. Empty when it has no session.
select starts_at, ends_at, closes_at
from {{ ref('venue_windows') }}
where venue = '{{ var("home_venue") }}' and starts_at is not null
