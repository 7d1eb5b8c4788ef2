-- Lots take one split at their opening; two at once would need an order that the models do not know.
select a.instrument
from {{ ref('corporate_actions') }} a
where a.trade_date = {{ run_day() }} and a.action = 'SPLIT' and a.ex_date <= {{ run_day() }} and a.ex_date > {{ previous_day() }}
group by a.instrument
having count(*) > 1
