-- A loss that is rarer is no smaller, and the mean of the losses from one on is no smaller than it. The slack is that of doubles.
{%- set slack -%} 0.000001 * case when abs(r.es_99) > 1 then abs(r.es_99) else 1 end {%- endset %}
select concat(r.scope, ' ', r.desk, ' ', r.account) as subject
from {{ ref('risk_metrics') }} r
where r.trade_date = {{ run_day() }}
  and (r.var_99 < r.var_95 or r.es_99 < r.es_95 - {{ slack }} or r.es_95 < r.var_95 - {{ slack }} or r.es_99 < r.var_99 - {{ slack }}
    or r.volatility < 0 or r.hypothetical_drawdown < 0 or r.drawdown < 0 or r.concentration < 0 or r.concentration > 1
    or abs(r.covered_value + r.uncovered_value - r.gross_value) > 0.00000002 or abs(r.value) > r.gross_value)
