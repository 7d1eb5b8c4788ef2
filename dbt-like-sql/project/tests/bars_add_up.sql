-- The bars of an instrument hold its prints, each once, and their prices lie within the bar.
with bars as (
    select b.instrument, sum(b.volume) as volume, sum(b.prints) as prints
    from {{ ref('ohlcv_1m') }} b
    where b.trade_date = {{ run_day() }}
    group by b.instrument
),
tape as (
    select p.instrument, sum(p.size) as volume, count(*) as prints
    from {{ ref('prints') }} p
    where p.trade_date = {{ run_day() }}
    group by p.instrument
)
select coalesce(b.instrument, t.instrument) as instrument
from bars b
full join tape t on t.instrument = b.instrument
where b.instrument is null or t.instrument is null or b.volume <> t.volume or b.prints <> t.prints
union all
select b.instrument
from {{ ref('ohlcv_1m') }} b
where b.trade_date = {{ run_day() }} and (b.low > b.high or b.open not between b.low and b.high or b.close not between b.low and b.high)
