-- Quantities and cash, each computed in a second way. Cash: what was paid and received, plus the change of the cost of what is open, is
-- what was realised; that needs no matching of lots.
with carried as (
    select e.account, e.instrument, e.currency, sum(e.quantity) as quantity, sum(e.carried_cost) as cost
    from {{ ref('fifo_events') }} e
    where e.lot_number is not null
    group by e.account, e.instrument, e.currency
),
traded as (
    select
        t.account, t.instrument, i.currency,
        sum(case when t.side = 'BUY' then t.quantity else -t.quantity end) as quantity,
        sum({{ amount("case when t.side = 'BUY' then -t.price else t.price end", 't.quantity', 'i.multiplier') }}) as cash,
        sum(t.fee) as fees
    from {{ ref('trades') }} t
    join {{ ref('instruments') }} i on i.trade_date = {{ run_day() }} and i.instrument = t.instrument
    where t.trade_date = {{ run_day() }}
    group by t.account, t.instrument, i.currency
),
lots as (
    select l.account, l.instrument, l.currency, sum(l.quantity) as quantity, sum(l.cost) as cost
    from {{ ref('lots_eod') }} l
    where l.trade_date = {{ run_day() }}
    group by l.account, l.instrument, l.currency
),
pnl as (
    select p.account, p.instrument, p.currency, p.realised, p.fees
    from {{ ref('daily_pnl') }} p
    where p.trade_date = {{ run_day() }}
),
sides as (
    select c.account, c.instrument, c.currency, {{ checked('c.quantity') }} as quantity_left, {{ checked('0') }} as quantity_right, {{ checked('-c.cost') }} as cash, {{ checked('0') }} as realised, {{ checked('0') }} as trade_fees, {{ checked('0') }} as fees from carried c
    union all
    select t.account, t.instrument, t.currency, {{ checked('t.quantity') }}, {{ checked('0') }}, {{ checked('t.cash') }}, {{ checked('0') }}, {{ checked('t.fees') }}, {{ checked('0') }} from traded t
    union all
    select l.account, l.instrument, l.currency, {{ checked('0') }}, {{ checked('l.quantity') }}, {{ checked('l.cost') }}, {{ checked('0') }}, {{ checked('0') }}, {{ checked('0') }} from lots l
    union all
    select p.account, p.instrument, p.currency, {{ checked('0') }}, {{ checked('0') }}, {{ checked('0') }}, {{ checked('p.realised') }}, {{ checked('0') }}, {{ checked('p.fees') }} from pnl p
),
pairs as (
    select
        s.account, s.instrument, s.currency,
        sum(s.quantity_left) as quantity_left, sum(s.quantity_right) as quantity_right, sum(s.cash) as cash, sum(s.realised) as realised,
        sum(s.trade_fees) as trade_fees, sum(s.fees) as fees
    from sides s
    group by s.account, s.instrument, s.currency
)
select 'quantity' as check_name, p.account as subject, 'carried + bought - sold' as left_name, 'gold.lots_eod' as right_name, sum(p.quantity_left) as left_value, sum(p.quantity_right) as right_value
from pairs p
group by p.account
union all
select 'quantity', concat(p.account, ' ', p.instrument), 'carried + bought - sold', 'gold.lots_eod', p.quantity_left, p.quantity_right
from pairs p
where p.quantity_left <> p.quantity_right
union all
select 'cash', concat(p.account, ' ', p.currency), 'received - paid + change of cost', 'gold.daily_pnl realised', sum(p.cash), sum(p.realised)
from pairs p
group by p.account, p.currency
union all
select 'fees', concat(p.account, ' ', p.currency), 'silver.trades', 'gold.daily_pnl', sum(p.trade_fees), sum(p.fees)
from pairs p
group by p.account, p.currency
