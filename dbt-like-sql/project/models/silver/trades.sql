-- depends_on: {{ ref('instruments') }} {{ ref('accounts') }}
-- A correction takes the place of its trade and replaces all its fields, so that a trade may change its account, instrument, currency and venue.
with versions as (
    select
        c.source, c.original_sequence, c.account, c.instrument, c.currency, c.venue, c.side, c.price, c.quantity, c.fee, c.sequence, c.ingest_time,
        row_number() over (partition by c.source, c.original_sequence order by c.ingest_time desc, c.sequence desc) as newest,
        count(*) over (partition by c.source, c.original_sequence) as corrections
    from {{ ref('trade_rows') }} c
    where c.class = 'folded' and c.kind = 'CORRECT'
)
select
    {{ run_day() }} as trade_date,
    coalesce(v.account, t.account) as account,
    coalesce(v.instrument, t.instrument) as instrument,
    t.event_time, t.source, t.sequence,
    coalesce(v.side, t.side) as side,
    coalesce(v.price, t.price) as price,
    coalesce(v.quantity, t.quantity) as quantity,
    coalesce(v.fee, t.fee) as fee,
    coalesce(v.currency, t.currency) as currency,
    coalesce(v.venue, t.venue) as venue,
    t.ingest_time,
    coalesce(v.ingest_time, t.ingest_time) as known_time,
    coalesce(v.sequence, t.sequence) as version_sequence,
    coalesce(v.corrections, 0) as corrections,
    t._log_id, t._topic, t._kafka_partition, t._offset
from {{ ref('trade_rows') }} t
left join versions v on v.source = t.source and v.original_sequence = t.sequence and v.newest = 1
where t.class = 'live'
union all
select
    {{ run_day() }}, p.account, p.instrument, p.event_time, p.source, p.sequence, p.side, p.price, p.quantity, p.fee, p.currency, p.venue, p.ingest_time,
    p.ingest_time, p.sequence, 0, p._log_id, p._topic, p._kafka_partition, p._offset
from {{ plain_trades() }} p
where {{ broken_trade('p') }} is null
