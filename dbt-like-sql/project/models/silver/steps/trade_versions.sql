-- The trades of the day as they stand: those that are by themselves, each with the rule that it breaks, if any, and what lives of the tangled.
-- A correction takes the place of its trade and replaces all its fields, so that a trade may change its account, instrument, currency and venue.
-- A step of its own: DuckDB 1.5.6 sorts ten million rows of a table in 2 GiB, and not those of a union.
-- depends_on: {{ ref('instruments') }} {{ ref('accounts') }}
with versions as (
    select
        c.*,
        row_number() over (partition by c.source, c.original_sequence order by c.ingest_time desc, c.sequence desc) as newest,
        count(*) over (partition by c.source, c.original_sequence) as corrections
    from {{ ref('trade_rows') }} c
    where c.class = 'folded' and c.kind = 'CORRECT'
)
select
    {{ record_columns('p', 'bronze.trades') }},
    p.ingest_time as known_time, p.sequence as version_sequence, cast(0 as bigint) as corrections, {{ broken_trade('p') }} as rule
from {{ plain_trades() }} p
union all
select
    {% for c in payload_columns('bronze.trades') -%}
    {% if c.name in ['kind', 'event_time', 'ingest_time', 'source', 'sequence', 'ref_sequence'] %}t.{{ c.name }}{% else %}coalesce(v.{{ c.name }}, t.{{ c.name }}){% endif %},
    {%- endfor %}
    t._log_id, t._topic, t._kafka_partition, t._offset,
    coalesce(v.ingest_time, t.ingest_time), coalesce(v.sequence, t.sequence), coalesce(v.corrections, 0), null
from {{ ref('trade_rows') }} t
left join versions v on v.source = t.source and v.original_sequence = t.sequence and v.newest = 1
where t.class = 'live'
