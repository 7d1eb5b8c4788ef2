-- The records of market_repeats with what became of each copy.
with copies as (
    select
        m.*,
        row_number() over (partition by m.source, m.sequence order by m._log_id, m._kafka_partition, m._offset) as copy
    from {{ market_day() }} m
    join {{ ref('market_repeats') }} r on r.source = m.source and r.sequence = m.sequence
)
select
    c.*,
    case
        when c.copy = 1 then 'first'
        when {{ same_payload('c', 'f', 'bronze.market_data') }} then 'duplicate'
        else 'conflict'
    end as class
from copies c
join copies f on f.copy = 1 and f.source = c.source and f.sequence = c.sequence
