{{ config(scope='all') }}
-- What is published of a position adds up, computed again from its own row and from the fixings of the day: totals from their parts, converted
-- amounts from the rate, the rate from the fixing, yesterday's level from what was published of it, a position from its lots.
with pnl as (
    select * from {{ ref('daily_pnl') }} where trade_date = {{ run_day() }}
),
before as (
    select * from {{ ref('daily_pnl') }}
    where trade_date = (select max(d.trade_date) from {{ ref('portfolio_summary') }} d where d.trade_date < {{ run_day() }})
),
positions as (
    select * from {{ ref('positions_eod') }} where trade_date = {{ run_day() }}
),
lots as (
    select l.account, l.instrument, sum(l.quantity) as quantity, sum(l.cost) as cost, count(*) as lots
    from {{ ref('lots_eod') }} l
    where l.trade_date = {{ run_day() }}
    group by l.account, l.instrument
)
select p.account, p.instrument, 'total of the day' as what
from pnl p
where p.total_day <> p.realised + p.unrealised - p.unrealised_prior - p.fees
    {%- for prefix in ['account', 'firm'] %}
   or p.{{ prefix }}_total_day <> p.{{ prefix }}_realised + p.{{ prefix }}_unrealised - p.{{ prefix }}_unrealised_prior - p.{{ prefix }}_fees
    {%- endfor %}
union all
select p.account, p.instrument, 'amount at its rate'
from pnl p
where false
    {%- for prefix in ['account', 'firm'] %}
    {%- for name in ['realised', 'unrealised', 'fees'] %}
   or p.{{ prefix }}_{{ name }} <> {{ converted('p.' ~ name, 'p.' ~ prefix ~ '_rate') }}
    {%- endfor %}
   or p.{{ prefix }}_fx <> {{ converted('p.unrealised_prior', 'p.' ~ prefix ~ '_rate') }} - p.{{ prefix }}_unrealised_prior
    {%- endfor %}
union all
select p.account, p.instrument, 'rate of the fixing'
from pnl p
left join {{ ref('fx_fixings') }} a on a.trade_date = {{ run_day() }} and a.from_currency = p.currency and a.to_currency = p.account_currency
left join {{ ref('fx_fixings') }} f on f.trade_date = {{ run_day() }} and f.from_currency = p.currency and f.to_currency = p.firm_currency
where p.account_rate <> case when p.currency = p.account_currency then 1 else a.rate end
   or p.firm_rate <> case when p.currency = p.firm_currency then 1 else f.rate end
union all
select p.account, p.instrument, 'level of the day before'
from pnl p
left join before y on y.account = p.account and y.instrument = p.instrument
where p.unrealised_prior <> coalesce(y.unrealised, 0)
   or y.account_currency = p.account_currency and p.account_unrealised_prior <> y.account_unrealised
   or y.firm_currency = p.firm_currency and p.firm_unrealised_prior <> y.firm_unrealised
union all
select y.account, y.instrument, 'level of the day before'
from before y
left join pnl p on p.account = y.account and p.instrument = y.instrument
where y.unrealised <> 0 and p.account is null
union all
select p.account, p.instrument, 'value at the mark'
from positions p
where p.mark is not null and p.market_value <> {{ amount('p.mark', 'p.quantity', 'p.multiplier') }} or p.unrealised <> p.market_value - p.cost
union all
select coalesce(p.account, l.account), coalesce(p.instrument, l.instrument), 'lots of the position'
from positions p
full join lots l on l.account = p.account and l.instrument = p.instrument
where p.account is null or l.account is null or p.quantity <> l.quantity or p.cost <> l.cost or p.lots <> l.lots
union all
select coalesce(p.account, d.account), coalesce(p.instrument, d.instrument), 'position of the totals'
from positions p
full join pnl d on d.account = p.account and d.instrument = p.instrument
where p.account is not null and d.account is null
   or coalesce(p.quantity, 0) <> d.closing_quantity or coalesce(p.unrealised, 0) <> d.unrealised
