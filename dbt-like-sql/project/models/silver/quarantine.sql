with conflicts as (
    select c.*
    from {{ ref('market_copies') }} c
    left join {{ ref('instrument_windows') }} i on i.instrument = c.instrument
    left join {{ ref('home_window') }} h on true
    where c.class = 'conflict' and c.event_time >= coalesce(i.starts_at, h.starts_at) and c.event_time < coalesce(i.ends_at, h.ends_at)
)
select
    {{ run_day() }} as trade_date, 'silver.trades' as table_name, t.rule, {{ rule_reason('t.rule') }} as reason,
    {{ payload_json('t', 'bronze.trades') }} as row_json,
    t.source, t.sequence, t.ingest_time, t._log_id, t._topic, t._kafka_partition, t._offset
from {{ ref('trade_rows') }} t
where t.class = 'quarantined'
union all
select
    {{ run_day() }}, 'silver.trades', b.rule, {{ rule_reason('b.rule') }},
    {{ payload_json('b', 'bronze.trades') }},
    b.source, b.sequence, b.ingest_time, b._log_id, b._topic, b._kafka_partition, b._offset
from {{ ref('trade_versions') }} b
where b.rule is not null
union all
select
    {{ run_day() }}, m.table_name, m.rule, {{ rule_reason('m.rule') }},
    {{ payload_json('m', 'bronze.market_data') }},
    m.source, m.sequence, m.ingest_time, m._log_id, m._topic, m._kafka_partition, m._offset
from {{ ref('market_broken') }} m
union all
select
    {{ run_day() }}, {{ market_table('c.kind') }},
    'conflicting_duplicate', {{ rule_reason("'conflicting_duplicate'") }},
    {{ payload_json('c', 'bronze.market_data') }},
    c.source, c.sequence, c.ingest_time, c._log_id, c._topic, c._kafka_partition, c._offset
from conflicts c
union all
select
    {{ run_day() }}, 'silver.permit_' || lower(p.kind), p.rule, {{ rule_reason('p.rule') }},
    {{ payload_json('p', 'bronze.permit') }},
    p.source, p.sequence, p.ingest_time, p._log_id, p._topic, p._kafka_partition, p._offset
from {{ ref('permit_rows') }} p
where p.class = 'quarantined'
union all
select
    {{ run_day() }}, {{ reference_table('b.kind') }}, b.rule, {{ rule_reason('b.rule') }},
    {{ payload_json('b', 'bronze.reference') }},
    b.source, b.sequence, b.ingest_time, b._log_id, b._topic, b._kafka_partition, b._offset
from {{ ref('reference_broken') }} b
join {{ ref('home_window') }} h on {{ within_day('b', 'h') }}
