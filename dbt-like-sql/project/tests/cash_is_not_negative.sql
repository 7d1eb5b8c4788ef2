-- Accounts that PERMIT says have less than nothing available.
{{ config(severity='warn') }}
select f.account, f.currency, f.available
from {{ ref('margin_flags') }} f
where f.trade_date = {{ run_day() }} and f.available < 0
