select
    {{ run_day() }} as trade_date,
    p.account, p.event_time, p.source, p.sequence, p.amount as required, p.available, p.currency, p.ingest_time,
    p._log_id, p._topic, p._kafka_partition, p._offset
from {{ ref('permit_rows') }} p
where p.class = 'live' and p.kind = 'MARGIN'
