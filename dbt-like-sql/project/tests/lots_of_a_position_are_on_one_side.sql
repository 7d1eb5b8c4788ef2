select trade_date, account, instrument
from {{ ref('lots_eod') }}
group by trade_date, account, instrument
having min({{ sign_of('quantity') }}) <> max({{ sign_of('quantity') }}) or min(abs(quantity)) = 0
