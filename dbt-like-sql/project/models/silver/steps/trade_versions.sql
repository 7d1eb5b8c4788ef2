-- The trades of the day as they stand: those that are by themselves, each with the rule that it breaks, if any, and what lives of the tangled.
-- A correction takes the place of its trade and replaces all its fields, so that a trade may change its account, instrument, currency and venue.
-- A step of its own: DuckDB 1.5.6 sorts ten million rows of a table in 2 GiB, and not those of a union.
-- depends_on: {{ ref('instruments') }} {{ ref('accounts') }}
with versions as (
    select
        c.source, c.original_sequence, c.account, c.instrument, c.currency, c.venue, c.side, c.price, c.quantity, c.fee, c.sequence, c.ingest_time,
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
    t.kind,
    coalesce(v.account, t.account), coalesce(v.instrument, t.instrument), t.event_time, t.ingest_time, t.source, t.sequence, t.ref_sequence,
    coalesce(v.side, t.side), coalesce(v.price, t.price), coalesce(v.quantity, t.quantity), coalesce(v.fee, t.fee),
    coalesce(v.currency, t.currency), coalesce(v.venue, t.venue),
    t._log_id, t._topic, t._kafka_partition, t._offset,
    coalesce(v.ingest_time, t.ingest_time), coalesce(v.sequence, t.sequence), coalesce(v.corrections, 0), null
from {{ ref('trade_rows') }} t
left join versions v on v.source = t.source and v.original_sequence = t.sequence and v.newest = 1
where t.class = 'live'
