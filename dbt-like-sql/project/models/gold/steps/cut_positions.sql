-- V as one JSON text: log to topic to partition to next offset.
with topics as (
    select
        c._log_id, c._topic,
        {{ ordered_list("concat(" ~ json_text('c._kafka_partition') ~ ", ':', " ~ as_text('c.next_offset') ~ ")", 'c._kafka_partition') }} as positions
    from {{ source('ops', 'cut') }} c
    group by c._log_id, c._topic
),
logs as (
    select t._log_id, {{ ordered_list("concat(" ~ json_text('t._topic') ~ ", ':{', t.positions, '}')", 't._topic') }} as positions
    from topics t
    group by t._log_id
)
select concat('{', coalesce({{ ordered_list("concat(" ~ json_text('l._log_id') ~ ", ':{', l.positions, '}')", 'l._log_id') }}, ''), '}') as cut_positions
from logs l
