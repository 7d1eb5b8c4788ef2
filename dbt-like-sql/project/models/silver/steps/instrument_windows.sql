-- The window of the day per instrument, by its primary venue.
select
    i.instrument, i.kind, i.underlying, i.expiry, i.strike, i.option_right,
    case when v.venue is null then h.starts_at else v.starts_at end as starts_at,
    case when v.venue is null then h.ends_at else v.ends_at end as ends_at
from {{ ref('instruments') }} i
left join {{ ref('venue_windows') }} v on v.venue = i.venue
left join {{ ref('home_window') }} h on true
where i.trade_date = {{ run_day() }}
