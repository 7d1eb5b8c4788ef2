-- The currencies that instruments have or had, by their records.
with versions as (
    select
        r.id, r.currency,
        row_number() over (
            partition by r.id, r.valid_from, r.as_of, r.action
            order by {{ newest_record('r') }}
        ) as version
    from {{ ref('reference_terms') }} r
    where r.kind = 'INSTRUMENT' and coalesce({{ broken_rule('bronze.reference', 'r') }}, {{ broken_rule('silver.instruments', 'r') }}) is null
)
select distinct v.id, v.currency from versions v where v.version = 1 and v.currency is not null
