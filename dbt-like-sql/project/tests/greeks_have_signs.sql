-- A call gains with its underlying and a put loses, neither by more than it; both gain with how uneven and how uncertain its price is.
select g.instrument
from {{ ref('option_greeks') }} g
where g.trade_date = {{ run_day() }}
  and (g.implied_volatility < 0 or g.gamma < 0 or g.vega < 0
    or g.option_right = 'CALL' and (g.delta < 0 or g.delta > 1) or g.option_right = 'PUT' and (g.delta > 0 or g.delta < -1))
