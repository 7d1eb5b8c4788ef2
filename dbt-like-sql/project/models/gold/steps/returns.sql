-- Simple returns between successive closes of an instrument, at 12 decimals; splits between them are taken out.
with closes as (
    select
        c.instrument, c.as_of, c.close,
        lag(c.as_of) over (partition by c.instrument order by c.as_of) as earlier_date,
        lag(c.close) over (partition by c.instrument order by c.as_of) as earlier
    from {{ ref('prior_closes') }} c
    where c.trade_date = {{ run_day() }}
),
splits as (
    select
        c.instrument, c.as_of,
        {{ split_as_one('a') }}
    from closes c
    join {{ ref('corporate_actions') }} a
        on {{ is_split('a') }} and a.instrument = c.instrument and a.ex_date > c.earlier_date and a.ex_date <= c.as_of
    group by c.instrument, c.as_of
),
ratios as (
    select
        c.instrument, c.as_of,
        {{ to_double('c.close', 6) }} * coalesce(s.numerator, 1) / ({{ to_double('c.earlier', 6) }} * coalesce(s.denominator, 1)) - 1 as simple_return
    from closes c
    left join splits s on s.instrument = c.instrument and s.as_of = c.as_of
    where c.earlier > 0
),
-- A price that grew a thousandfold overnight and more is a wrong close, and beyond what the types and the sums over them hold.
rounded as (
    select r.instrument, r.as_of, {{ to_decimal('r.simple_return', 18, 12) }} as simple_return
    from ratios r
    where r.simple_return < 999
)
select r.instrument, r.as_of, r.simple_return, cast(r.simple_return * r.simple_return as decimal(18, 12)) as squared
from rounded r
