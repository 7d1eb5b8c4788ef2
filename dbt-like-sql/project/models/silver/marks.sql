-- What an option that has expired pays; else the first of: the official mark of the day, the last eligible print, the middle of the last quote with both sides, the mark before.
-- A mark of before a split is adjusted when it is used after it. Each mark counts with the day that it is of (as_of): of the marks before, the
-- newest is taken, a day's own before what the reference feed says of it. What was carried on or has expired is no mark of its day.
with earlier as (
    select
        e.*,
        row_number() over (partition by e.instrument order by e.as_of desc, e.rank, e.known desc, e.sequence desc) as place
    from (
        select m.instrument, m.trade_date as as_of, 1 as rank, m.mark, m.mark_time, m.mark_time as known, cast(0 as bigint) as sequence
        from {{ this }} m
        where m.trade_date < {{ run_day() }} and m.mark_source in ('OFFICIAL', 'PRINT', 'MID')
        union all
        select r.id, r.as_of, case when r.kind = 'MARK' then 2 else 3 end, r.value, r.event_time, r.ingest_time, r.sequence
        from {{ ref('reference_rows') }} r
        where (r.kind = 'MARK' and r.as_of <= {{ run_day() }} or r.kind = 'PRIOR_CLOSE' and r.as_of < {{ run_day() }}) and r.value is not null
    ) e
),
newest as (
    select e.* from earlier e where e.place = 1
),
splits_since as (
    select
        n.instrument,
        {{ split_as_one('a') }}
    from newest n
    join {{ ref('corporate_actions') }} a on {{ is_split('a') }} and a.instrument = n.instrument and a.ex_date > n.as_of and a.ex_date <= {{ run_day() }}
    group by n.instrument
),
carried as (
    select
        n.instrument, n.mark_time, n.as_of,
        case when s.instrument is null then n.mark else {{ split_price('n.mark', 's.numerator', 's.denominator') }} end as mark
    from newest n
    left join splits_since s on s.instrument = n.instrument
),
held as (
    select instrument from {{ ref('instruments') }} where trade_date = {{ run_day() }}
    union
    select instrument from {{ previous('lots_eod') }} where trade_date = {{ previous_day() }}
),
usual as (
    select
        h.instrument,
        coalesce(d.mark, e.mark) as mark,
        case when d.mark is null then 'PRIOR' else d.mark_source end as mark_source,
        coalesce(d.mark_time, e.mark_time) as mark_time,
        case when d.mark is null then e.as_of else {{ run_day() }} end as as_of
    from held h
    left join {{ ref('day_marks') }} d on d.instrument = h.instrument
    left join carried e on e.instrument = h.instrument
),
-- The underlying on the day of expiry: today's mark (adjusted up to today, whatever day it is of), or the newest mark up to then.
underlying as (
    select
        i.instrument, i.underlying, i.strike, i.option_right, i.expiry, u.mark, u.mark_time, u.as_of, u.of_day,
        row_number() over (partition by i.instrument order by u.as_of desc, u.rank, u.known desc, u.sequence desc) as place
    from {{ ref('instruments') }} i
    join (
        select t.instrument, {{ run_day() }} as as_of, t.as_of as of_day, 0 as rank, t.mark, t.mark_time, t.mark_time as known, cast(0 as bigint) as sequence from usual t where t.mark is not null
        union all
        select e.instrument, e.as_of, e.as_of as of_day, e.rank, e.mark, e.mark_time, e.known, e.sequence from earlier e
    ) u on u.instrument = i.underlying and u.as_of <= i.expiry
    where i.trade_date = {{ run_day() }} and i.kind = 'OPTION' and i.expiry <= {{ run_day() }}
),
splits_to_expiry as (
    select
        u.instrument,
        {{ split_as_one('a') }}
    from underlying u
    join {{ ref('corporate_actions') }} a on {{ is_split('a') }} and a.instrument = u.underlying and a.ex_date > u.as_of and a.ex_date <= u.expiry
    where u.place = 1
    group by u.instrument
),
expired as (
    select
        u.instrument, u.strike, u.option_right, u.mark_time, u.of_day,
        case when s.instrument is null then u.mark else {{ split_price('u.mark', 's.numerator', 's.denominator') }} end as mark
    from underlying u
    left join splits_to_expiry s on s.instrument = u.instrument
    where u.place = 1
)
select
    {{ run_day() }} as trade_date,
    t.instrument,
    case
        when x.instrument is null then t.mark
        when x.option_right = 'CALL' then {{ not_negative('x.mark - x.strike') }}
        else {{ not_negative('x.strike - x.mark') }}
    end as mark,
    case when x.instrument is null then t.mark_source else 'EXPIRY' end as mark_source,
    coalesce(x.mark_time, t.mark_time) as mark_time,
    coalesce(x.of_day, t.as_of) as as_of
from usual t
left join expired x on x.instrument = t.instrument
where t.mark is not null or x.instrument is not null
