-- The first copies that concern the day: those whose NEW is of the day, and those dated this day whose NEW is not there or of another day.
-- original_sequence is the NEW that a record belongs to, null where there is none. What corrects is rare, so only that is joined.
with originals as (
    select c.*, c.sequence as original_sequence, c.own_day as of_day
    from {{ ref('trade_copies') }} c
    where c.copy = 1 and c.kind = 'NEW'
),
changes as (
    select c.*
    from {{ ref('trade_copies') }} c
    where c.copy = 1 and c.kind <> 'NEW'
),
linked as (
    select c.*, o.sequence as original_sequence, coalesce(o.own_day, c.own_day) as of_day
    from changes c
    left join originals o on o.source = c.source and o.sequence = c.ref_sequence
)
select * from originals where own_day
union all
select * from linked where of_day or own_day
