select
    {{ run_day() }} as trade_date,
    p.account, p.event_time, p.source, p.sequence, p.channel, p.counterparty, p.note, p.ingest_time,
    p._log_id, p._topic, p._kafka_partition, p._offset
from {{ ref('permit_rows') }} p
where p.class = 'live' and p.kind = 'INTERACTION'
