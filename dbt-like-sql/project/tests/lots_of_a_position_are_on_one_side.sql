select account, instrument
from {{ ref('lots_eod') }}
group by account, instrument
having min(sign(quantity)) <> max(sign(quantity)) or min(abs(quantity)) = 0
