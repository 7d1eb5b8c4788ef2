{% set in_order -%}
    partition by e.account, e.instrument
    order by case when e.lot_number is null then 1 else 0 end, e.lot_number, e.event_time, e.source, e.sequence
{%- endset %}
-- Yesterday's open lots and the day's trades in one order per account and instrument, each with the signed position before it.
-- Splits of ex dates since the previous published day, several as one, apply to the position before the first trade: what it becomes is rounded
-- once, its lots share it in their order, and total cost is kept. A lot that becomes nothing leaves its cost to the one after it (the last to the
-- one before); of a position that becomes nothing the lots stay with a quantity of nought, and their cost is realised.
with splits as (
    select
        a.instrument,
        {{ split_as_one('a') }}
    from {{ ref('corporate_actions') }} a
    where {{ is_split('a') }} and a.ex_date <= {{ run_day() }} and a.ex_date > {{ previous_day() }}
    group by a.instrument
),
positions as (
    select l.*, s.numerator, s.denominator, sum(l.quantity) over (partition by l.account, l.instrument order by l.lot_number rows between unbounded preceding and current row) as position
    from {{ previous('lots_eod') }} l
    left join splits s on s.instrument = l.instrument
    where l.trade_date = {{ previous_day() }}
),
shared as (
    select
        p.account, p.instrument, p.lot_number, p.source, p.sequence, p.event_time, p.price, p.currency, p.multiplier, p.cost, p.quantity as quantity_before,
        p.adjusted or p.numerator is not null as adjusted,
        case when p.numerator is null then p.quantity
            else cast({{ split_quantity('p.position', 'p.numerator', 'p.denominator') }} - {{ split_quantity('p.position - p.quantity', 'p.numerator', 'p.denominator') }} as decimal(18, 4)) end as quantity
    from positions p
),
placed as (
    select
        s.*,
        coalesce(
            {{ first_known('case when s.quantity <> 0 then s.lot_number end', 'partition by s.account, s.instrument order by s.lot_number rows between current row and unbounded following') }},
            max(case when s.quantity <> 0 then s.lot_number end) over (partition by s.account, s.instrument)
        ) as cost_goes_to
    from shared s
),
lots as (
    select
        p.account, p.instrument, p.lot_number, p.source, p.sequence, p.event_time, p.price, p.currency, p.multiplier, p.quantity, p.quantity_before, p.adjusted, p.cost_goes_to,
        abs(cast(sum(p.cost) over (partition by p.account, p.instrument, coalesce(p.cost_goes_to, p.lot_number)) as decimal(38, 10))) as cost
    from placed p
),
events as (
    select
        l.account, l.instrument, l.lot_number, l.source, l.sequence, l.event_time, l.price, l.currency, l.multiplier, l.cost, l.quantity, l.adjusted,
        case when l.quantity_before < 0 then -l.cost else l.cost end as carried_cost
    from lots l
    where l.quantity <> 0 or l.cost_goes_to is null
    union all
    select
        t.account, t.instrument, cast(null as bigint), t.source, t.sequence, t.event_time, t.price, i.currency, i.multiplier,
        cast(null as decimal(38, 10)), case when t.side = 'BUY' then t.quantity else -t.quantity end, false, cast(null as decimal(38, 10))
    from {{ ref('trades') }} t
    join {{ ref('instruments') }} i on i.trade_date = {{ run_day() }} and i.instrument = t.instrument
    where t.trade_date = {{ run_day() }}
)
select
    e.*,
    row_number() over ({{ in_order }}) as place,
    coalesce(sum(e.quantity) over ({{ in_order }} rows between unbounded preceding and 1 preceding), 0) as before
from events e
