-- What the day's own rows say of an instrument, one row each: the official mark, else the last eligible print, else the middle of the last quote
-- with both sides. A step of its own: Trino works out a part of a query as often as it is read.
-- depends_on: {{ ref('instruments') }}
with official as (
    select m.instrument, {{ last_of('m.price', 'm') }} as mark, max(m.event_time) as mark_time
    from {{ market_rows('MARK') }}
    where {{ within_day('m', 'm') }} and {{ broken_rule('silver.marks', 'm') }} is null
    group by m.instrument
),
printed as (
    select p.instrument, {{ last_of('p.price', 'p') }} as mark, max(p.event_time) as mark_time
    from {{ ref('prints') }} p
    left join official o on o.instrument = p.instrument
    where p.trade_date = {{ run_day() }} and p.eligible and o.instrument is null
    group by p.instrument
),
priced as (
    select instrument from official
    union all
    select instrument from printed
),
both_sides as (
    select q.instrument, q.event_time, q.source, q.sequence, q.bid, q.ask
    from {{ ref('quotes') }} q
    left join priced p on p.instrument = q.instrument
    where q.trade_date = {{ run_day() }} and q.bid is not null and q.ask is not null and p.instrument is null
    union all
    select q.instrument, q.event_time, q.source, q.sequence, q.bid, q.ask
    from {{ ref('option_quotes') }} q
    left join priced p on p.instrument = q.instrument
    where q.trade_date = {{ run_day() }} and q.bid is not null and q.ask is not null and p.instrument is null
),
quoted as (
    select q.instrument, {{ middle(last_of('q.bid', 'q'), last_of('q.ask', 'q')) }} as mark, max(q.event_time) as mark_time
    from both_sides q
    group by q.instrument
)
select o.instrument, o.mark, o.mark_time, 'OFFICIAL' as mark_source from official o
union all
select p.instrument, p.mark, p.mark_time, 'PRINT' from printed p
union all
select q.instrument, q.mark, q.mark_time, 'MID' from quoted q
