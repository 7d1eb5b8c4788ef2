-- Value at risk and its like leave out what has no history and no Greeks: of an account, a desk or the firm at most a stated share of its value.
{{ config(severity='warn') }}
select r.scope, r.desk, r.account, r.covered_value, r.uncovered_value, r.instruments_uncovered
from {{ ref('risk_metrics') }} r
where r.trade_date = {{ run_day() }}
  and r.uncovered_value > 0 and r.covered_value < (r.covered_value + r.uncovered_value) * cast('{{ var("least_covered_share") }}' as decimal(5, 4))
