-- Splits of an instrument that meet a position make one ratio of 64 bits; a wrong one among them is replaced by a record of its instrument and ex date.
select s.instrument, s.splits
from (
    select
        a.instrument, count(*) as splits,
        {{ split_as_one('a') }}
    from {{ ref('corporate_actions') }} a
    where {{ is_split('a') }} and a.ex_date <= {{ run_day() }} and a.ex_date > {{ run_day() }} - interval '10' day
    group by a.instrument
) s
where (s.numerator is null or s.denominator is null)
  and exists (select 1 from {{ ref('positions_eod') }} p where p.trade_date = {{ run_day() }} and p.instrument = s.instrument)
