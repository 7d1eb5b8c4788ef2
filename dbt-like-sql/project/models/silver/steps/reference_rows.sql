-- The newest version of each reference record that keeps the rules; what one speaks of is told by kind, id, start of validity and the date it belongs to.
with versions as (
    select
        r.*,
        row_number() over (
            partition by r.kind, r.id, r.valid_from, r.as_of, r.action
            order by {{ newest_record('r') }}
        ) as version
    from {{ ref('reference_terms') }} r
    where {{ broken_reference('r') }} is null
)
select * from versions where version = 1
