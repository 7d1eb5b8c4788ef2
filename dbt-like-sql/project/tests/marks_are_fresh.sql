-- Positions whose mark is of a day more than some days ago: nothing has priced them since.
{{ config(severity='warn') }}
select p.account, p.instrument, p.mark, p.mark_source, m.as_of
from {{ ref('positions_eod') }} p
join {{ ref('marks') }} m on m.trade_date = {{ run_day() }} and m.instrument = p.instrument
where p.trade_date = {{ run_day() }} and p.mark_source <> 'EXPIRY' and m.as_of < cast({{ midnight(var('stale_mark_days')) }} as date)
