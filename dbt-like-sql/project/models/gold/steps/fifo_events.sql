-- Yesterday's open lots and the day's trades in one order per account and instrument, each with the signed position before it.
-- Splits of ex dates since the previous published day change the quantity of a lot before the first trade, never its total cost; several are one, multiplied.
with splits as (
    select
        a.instrument,
        {{ fold_product('list(a.numerator order by a.ex_date, a.valid_from)') }} as numerator,
        {{ fold_product('list(a.denominator order by a.ex_date, a.valid_from)') }} as denominator
    from {{ ref('corporate_actions') }} a
    where a.trade_date = {{ run_day() }} and a.action = 'SPLIT' and a.numerator is not null and a.denominator is not null and a.ex_date <= {{ run_day() }} and a.ex_date > {{ previous_day() }}
    group by a.instrument
),
lots as (
    select
        l.account, l.instrument, l.lot_number, l.source, l.sequence, l.event_time, l.price, l.currency, l.multiplier,
        abs(l.cost) as cost,
        case when s.instrument is null then l.quantity else {{ split_quantity('l.quantity', 's.numerator', 's.denominator') }} end as quantity,
        l.adjusted or s.instrument is not null as adjusted
    from {{ previous('lots_eod') }} l
    left join splits s on s.instrument = l.instrument
    where l.trade_date = {{ previous_day() }}
),
events as (
    select l.account, l.instrument, l.lot_number, l.source, l.sequence, l.event_time, l.price, l.currency, l.multiplier, l.cost, l.quantity, l.adjusted
    from lots l
    union all
    select
        t.account, t.instrument, cast(null as bigint), t.source, t.sequence, t.event_time, t.price, i.currency, i.multiplier,
        cast(null as decimal(38, 10)), case when t.side = 'BUY' then t.quantity else -t.quantity end, false
    from {{ ref('trades') }} t
    join {{ ref('instruments') }} i on i.trade_date = {{ run_day() }} and i.instrument = t.instrument
    where t.trade_date = {{ run_day() }}
)
select
    e.*,
    row_number() over in_order as place,
    coalesce(sum(e.quantity) over (in_order rows between unbounded preceding and 1 preceding), 0) as before
from events e
window in_order as (
    partition by e.account, e.instrument
    order by case when e.lot_number is null then 1 else 0 end, e.lot_number, e.event_time, e.source, e.sequence
)
