{% set along -%} partition by c.account, c.instrument, c.side order by c.cut, case when c.opening is null then 1 else 0 end {%- endset %}
{% set following = along ~ ' rows between current row and unbounded following' %}
-- FIFO without recursion. Each event is split at zero into a part that closes and a part that opens. Per account, instrument and side the
-- running sums of what was opened and of what was closed cut one axis; the pieces between the cuts belong to the first opening and the
-- first closing that end at or after them. A piece that nothing closes is an open lot.
with parts as (
    select
        e.account, e.instrument, e.place,
        case when e.quantity > 0 then 1 else -1 end as direction,
        abs(e.quantity) as quantity,
        case when e.before < 0 and e.quantity > 0 or e.before > 0 and e.quantity < 0 then least(abs(e.before), abs(e.quantity)) else 0 end as closes
    from {{ ref('fifo_events') }} e
    where e.quantity <> 0
),
cuts as (
    select
        p.account, p.instrument, p.direction as side, p.place as opening, cast(null as bigint) as closing,
        sum(p.quantity - p.closes) over (partition by p.account, p.instrument, p.direction order by p.place rows between unbounded preceding and current row) as cut,
        p.quantity - p.closes as length
    from parts p
    where p.quantity > p.closes
    union all
    select
        p.account, p.instrument, -p.direction, cast(null as bigint), p.place,
        sum(p.closes) over (partition by p.account, p.instrument, p.direction order by p.place rows between unbounded preceding and current row),
        cast(null as decimal(18, 4))
    from parts p
    where p.closes > 0
),
pieces as (
    select
        c.account, c.instrument, c.side, c.cut,
        cast(c.cut - coalesce(lag(c.cut) over ({{ along }}), 0) as decimal(18, 4)) as quantity,
        {{ first_known('c.opening', following) }} as opening,
        {{ first_known('c.closing', following) }} as closing,
        {{ first_known('case when c.opening is not null then c.cut - c.length end', following) }} as opened_at
    from cuts c
)
select
    p.account, p.instrument, p.side, o.currency, o.multiplier,
    p.quantity,
    p.opening, p.closing,
    o.lot_number, o.source as opening_source, o.sequence as opening_sequence, o.event_time as opening_time, o.price as opening_price, o.adjusted,
    c.source as closing_source, c.sequence as closing_sequence, c.event_time as closing_time, c.price as closing_price,
    case
        when o.adjusted then
            {{ share('o.cost', '(p.cut - p.opened_at)', 'abs(o.quantity)') }} - {{ share('o.cost', '(p.cut - p.quantity - p.opened_at)', 'abs(o.quantity)') }}
        else {{ amount('o.price', 'p.quantity', 'o.multiplier') }}
    end as cost
from pieces p
join {{ ref('fifo_events') }} o on o.account = p.account and o.instrument = p.instrument and o.place = p.opening
left join {{ ref('fifo_events') }} c on c.account = p.account and c.instrument = p.instrument and c.place = p.closing
where p.quantity > 0
