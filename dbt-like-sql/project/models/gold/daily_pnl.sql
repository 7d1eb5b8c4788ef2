-- A level in another currency is what it was published as; what yesterday's level has won or lost since by the fixing alone stands in a column
-- of its own, and is part of the total of the day. So totals add up over days, in every currency.
with traded as (
    select
        t.account, t.instrument, count(*) as trades, sum(t.fee) as fees,
        coalesce(sum(t.quantity) filter (where t.side = 'BUY'), 0) as bought,
        coalesce(sum(t.quantity) filter (where t.side = 'SELL'), 0) as sold
    from {{ ref('trades') }} t
    where t.trade_date = {{ run_day() }}
    group by t.account, t.instrument
),
carried as (
    select e.account, e.instrument, sum(e.quantity) as quantity
    from {{ ref('fifo_events') }} e
    where e.lot_number is not null
    group by e.account, e.instrument
),
closed as (
    select c.account, c.instrument, sum(c.realised) as realised
    from (
        select p.account, p.instrument, {{ signed('p.side', amount('p.closing_price', 'p.quantity', 'p.multiplier') ~ ' - p.cost') }} as realised
        from {{ ref('fifo_pieces') }} p
        where p.closing is not null
        union all
        -- what a split has left nothing of is closed at nothing
        select e.account, e.instrument, -e.carried_cost
        from {{ ref('fifo_events') }} e
        where e.lot_number is not null and e.quantity = 0
    ) c
    group by c.account, c.instrument
),
instruments as (
    select e.account, e.instrument, max(e.currency) as currency
    from {{ ref('fifo_events') }} e
    group by e.account, e.instrument
),
amounts as (
    select
        k.account, k.instrument, k.currency, a.desk, a.currency as account_currency,
        coalesce(t.trades, 0) as trades,
        coalesce(c.quantity, 0) as opening_quantity, coalesce(t.bought, 0) as bought, coalesce(t.sold, 0) as sold,
        coalesce(p.quantity, 0) as closing_quantity,
        m.mark, coalesce(m.mark_source, 'NONE') as mark_source,
        cast(coalesce(r.realised, 0) as decimal(38, 10)) as realised,
        cast(coalesce(p.unrealised, 0) as decimal(38, 10)) as unrealised,
        cast(coalesce(y.unrealised, 0) as decimal(38, 10)) as unrealised_prior,
        case when y.account_currency = a.currency then y.account_unrealised end as account_published,
        case when y.firm_currency = '{{ var("firm_currency") }}' then y.firm_unrealised end as firm_published,
        cast(coalesce(t.fees, 0) as decimal(38, 10)) as fees
    from instruments k
    left join traded t on t.account = k.account and t.instrument = k.instrument
    left join carried c on c.account = k.account and c.instrument = k.instrument
    left join closed r on r.account = k.account and r.instrument = k.instrument
    left join {{ ref('positions_eod') }} p on p.trade_date = {{ run_day() }} and p.account = k.account and p.instrument = k.instrument
    left join {{ this }} y on y.trade_date = {{ previous_day() }} and y.account = k.account and y.instrument = k.instrument
    left join {{ ref('marks') }} m on m.trade_date = {{ run_day() }} and m.instrument = k.instrument
    left join {{ ref('accounts') }} a on a.trade_date = {{ run_day() }} and a.account = k.account
),
converted as (
    select
        a.*, ra.rate as account_rate, rf.rate as firm_rate
        {%- for prefix in ['account', 'firm'] %}
        {%- for name in ['realised', 'unrealised', 'fees'] %},
        {{ converted('a.' ~ name, 'r' ~ prefix[0] ~ '.rate') }} as {{ prefix }}_{{ name }}
        {%- endfor %},
        {{ converted('a.unrealised_prior', 'r' ~ prefix[0] ~ '.rate') }} as {{ prefix }}_prior_today,
        case when a.unrealised_prior = 0 then cast(0 as decimal(38, 16))
            else coalesce(a.{{ prefix }}_published, {{ converted('a.unrealised_prior', 'r' ~ prefix[0] ~ '.rate') }}) end as {{ prefix }}_unrealised_prior
        {%- endfor %}
    from amounts a
    left join {{ ref('conversions') }} ra on ra.from_currency = a.currency and ra.to_currency = a.account_currency
    left join {{ ref('conversions') }} rf on rf.from_currency = a.currency and rf.to_currency = '{{ var("firm_currency") }}'
)
select
    {{ run_day() }} as trade_date,
    t.desk, t.account, t.instrument, t.currency, t.account_currency, '{{ var("firm_currency") }}' as firm_currency,
    t.account_rate, t.firm_rate, t.trades, t.opening_quantity, t.bought, t.sold, t.closing_quantity, t.mark, t.mark_source,
    t.realised, t.unrealised, t.unrealised_prior, t.fees,
    t.realised + t.unrealised - t.unrealised_prior - t.fees as total_day
    {%- for prefix in ['account', 'firm'] %}
    {%- for name in ['realised', 'unrealised', 'unrealised_prior', 'fees'] %},
    t.{{ prefix }}_{{ name }}
    {%- endfor %},
    t.{{ prefix }}_prior_today - t.{{ prefix }}_unrealised_prior as {{ prefix }}_fx,
    t.{{ prefix }}_realised + t.{{ prefix }}_unrealised - t.{{ prefix }}_unrealised_prior - t.{{ prefix }}_fees as {{ prefix }}_total_day
    {%- endfor %}
from converted t
