-- (source, sequence) of the records that are put together in trade_chains: copies, corrections, busts, and what these refer to. They are few;
-- every other record of the day is a trade by itself (plain_trades), but for those of a day that began more than eight days ago.
with changes as (
    select t.source, t.sequence, t.ref_sequence
    from {{ trade_history() }} t
    where t.kind <> 'NEW'
)
select r.source, r.sequence from {{ ref('trade_repeats') }} r
union
select c.source, c.sequence from changes c
union
select c.source, c.ref_sequence from changes c where c.ref_sequence is not null
union
select t.source, t.sequence
from {{ trade_history() }} t
left join {{ ref('venue_windows') }} v on v.venue = t.venue
left join {{ ref('home_window') }} h on true
where t.event_time < {{ midnight(8) }} and {{ own_day('t', 'v', 'h') }}
