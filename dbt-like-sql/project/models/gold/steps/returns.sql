-- Simple returns between successive closes of an instrument, at 12 decimals; a split between them is taken out.
with closes as (
    select
        c.instrument, c.as_of, c.close,
        lag(c.as_of) over (partition by c.instrument order by c.as_of) as earlier_date,
        lag(c.close) over (partition by c.instrument order by c.as_of) as earlier
    from {{ ref('prior_closes') }} c
    where c.trade_date = {{ run_day() }}
)
select
    c.instrument, c.as_of,
    cast(cast(c.close as double) * coalesce(s.numerator, 1) / (cast(c.earlier as double) * coalesce(s.denominator, 1)) - 1 as decimal(18, 12)) as simple_return
from closes c
left join {{ ref('corporate_actions') }} s
    on s.trade_date = {{ run_day() }} and s.action = 'SPLIT' and s.instrument = c.instrument and s.ex_date > c.earlier_date and s.ex_date <= c.as_of
where c.earlier > 0
