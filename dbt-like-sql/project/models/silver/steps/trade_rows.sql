-- Every tangled record of the day with what became of it (class):
--   live         the NEW of a trade that stands
--   folded       a CORRECT or BUST that was applied, or the NEW of a busted trade
--   duplicate    a second copy with the same payload
--   quarantined  with rule and reason
--   other_day    dated this day, but part of a chain of another day, where it is booked
-- depends_on: {{ ref('instruments') }} {{ ref('accounts') }}
with checked as (
    select
        c.*,
        case when c.of_day and c.kind <> 'BUST' then {{ broken_trade('c') }} end as broken
    from {{ ref('trade_chains') }} c
),
originals as (
    select
        c.source, c.original_sequence,
        max(case when c.kind = 'NEW' then c.broken end) as broken,
        count(*) filter (where c.kind = 'BUST') as busts
    from checked c
    where c.of_day and c.original_sequence is not null
    group by c.source, c.original_sequence
),
firsts as (
    select
        c.*,
        case
            when not c.of_day then 'other_day'
            when c.original_sequence is null or c.broken is not null or o.broken is not null then 'quarantined'
            when c.kind = 'NEW' and o.busts = 0 then 'live'
            else 'folded'
        end as class,
        case
            when not c.of_day then null
            when c.original_sequence is null and coalesce(c.broken, '') <> 'kind_known' then 'unknown_reference'
            when c.broken is not null then c.broken
            when o.broken is not null then 'reference_quarantined'
        end as rule
    from checked c
    left join originals o on o.source = c.source and o.original_sequence = c.original_sequence
),
copies as (
    select
        c.*,
        coalesce(f.of_day, false) as first_of_day,
        {{ same_payload('c', 'f', 'bronze.trades') }} as same
    from {{ ref('trade_copies') }} c
    left join {{ ref('trade_chains') }} f on f.source = c.source and f.sequence = c.sequence
    where c.copy > 1
)
select
    {{ record_columns('f', 'bronze.trades') }}, f.own_day, f.original_sequence, f.class, f.rule
from firsts f
union all
select
    {{ record_columns('c', 'bronze.trades') }}, c.own_day, cast(null as bigint) as original_sequence,
    case when c.same and c.first_of_day then 'duplicate' when c.same then 'other_day' else 'quarantined' end as class,
    case when not c.same then 'conflicting_duplicate' end as rule
from copies c
where c.own_day or (c.same and c.first_of_day)
