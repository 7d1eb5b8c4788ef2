-- Positions whose mark is of a time more than some days ago: nothing has priced them since.
{{ config(severity='warn') }}
select p.account, p.instrument, p.mark, p.mark_source, p.mark_time
from {{ ref('positions_eod') }} p
where p.trade_date = {{ run_day() }} and p.mark_source <> 'EXPIRY' and p.mark_time < {{ midnight(var('stale_mark_days')) }}
