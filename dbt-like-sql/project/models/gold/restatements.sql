-- Empty the first time that a day is published.
with before as (
    select * from {{ published('portfolio_summary') }} where trade_date = {{ run_day() }}
),
after as (
    select * from {{ ref('portfolio_summary') }} where trade_date = {{ run_day() }}
)
select
    {{ run_day() }} as trade_date,
    coalesce(a.desk, b.desk) as desk, coalesce(a.account, b.account) as account, coalesce(a.currency, b.currency) as currency,
    {%- for name in ['realised', 'unrealised', 'fees', 'total_day', 'trades'] %}
    b.{{ name }} as {{ name }}_before, a.{{ name }} as {{ name }}_after,
    {%- endfor %}
    b.firm_total_day as firm_total_day_before, a.firm_total_day as firm_total_day_after
from after a
full outer join before b on b.account = a.account
where exists (select 1 from before)
  and (a.account is null or b.account is null
    {%- for name in ['realised', 'unrealised', 'fees', 'total_day', 'trades', 'firm_realised', 'firm_unrealised', 'firm_fees', 'firm_total_day'] %}
    or a.{{ name }} <> b.{{ name }}
    {%- endfor %})
