select trade_date, account, instrument
from {{ ref('lots_eod') }}
group by trade_date, account, instrument
having min(sign(quantity)) <> max(sign(quantity)) or min(abs(quantity)) = 0
