-- PERMIT events of the day, by the home venue's window, with what became of each copy and the rule that an event breaks.
-- depends_on: {{ ref('accounts') }}
with copies as (
    select
        p.*,
        row_number() over (partition by p.source, p.sequence order by p._log_id, p._kafka_partition, p._offset) as copy
    from {{ source('bronze', 'permit') }} p
    join {{ ref('home_window') }} h on {{ within_day('p', 'h') }}
    where p.event_time >= {{ midnight(8) }} and p.event_time < {{ day_is_over() }}
),
classed as (
    select
        c.*,
        case
            when c.copy = 1 then {{ broken_rule('silver.permit_position', 'c') }}
            when not {{ same_payload('c', 'f', 'bronze.permit') }} then 'conflicting_duplicate'
        end as rule
    from copies c
    join copies f on f.copy = 1 and f.source = c.source and f.sequence = c.sequence
)
select
    c.*,
    case when c.rule is not null then 'quarantined' when c.copy = 1 then 'live' else 'duplicate' end as class
from classed c
