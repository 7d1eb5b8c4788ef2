-- Splits of one instrument that meet a position on one day make one ratio of 64 bits; a wrong one among them is replaced by a record of its instrument and ex date.
with splits as (
    select
        a.instrument,
        {{ split_as_one('a') }}
    from {{ ref('corporate_actions') }} a
    where {{ is_split('a') }} and a.ex_date <= {{ run_day() }} and a.ex_date > {{ previous_day() }}
    group by a.instrument
)
select l.account, l.instrument, l.lot_number
from {{ previous('lots_eod') }} l
join splits s on s.instrument = l.instrument
where l.trade_date = {{ previous_day() }} and (s.numerator is null or s.denominator is null)
