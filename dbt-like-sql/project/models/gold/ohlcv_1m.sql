select
    {{ run_day() }} as trade_date,
    p.instrument,
    date_trunc('minute', p.event_time) as minute,
    {{ first_of('p.price', 'p', 'p.eligible') }} as open,
    max(p.price) filter (where p.eligible) as high,
    min(p.price) filter (where p.eligible) as low,
    {{ last_of('p.price', 'p', 'p.eligible') }} as close,
    cast(sum(p.size) as decimal(38, 4)) as volume,
    count(*) as prints,
    coalesce(sum({{ value('p.price', 'p.size') }}) filter (where p.eligible), 0) as value
from {{ ref('prints') }} p
where p.trade_date = {{ run_day() }}
group by p.instrument, date_trunc('minute', p.event_time)
