-- The numbers of desks and of the firm: sums of what is published of accounts, so that nothing is rounded twice.
with accounts as (
    select * from {{ ref('portfolio_summary') }} where trade_date = {{ run_day() }}
),
levels as (
    select 'DESK' as level, a.desk as of_desk, a.* from accounts a
    union all
    select 'FIRM', '', a.* from accounts a
)
select
    {{ run_day() }} as trade_date,
    l.level, l.of_desk as desk, l.firm_currency as currency, count(*) as accounts, cast(sum(l.trades) as bigint) as trades
    {%- for name in ['realised', 'unrealised', 'unrealised_prior', 'fees', 'total_day', 'fx', 'net_value'] %},
    cast(sum(l.firm_{{ name }}) as decimal(18, 2)) as {{ name }}
    {%- endfor %}
from levels l
group by l.level, l.of_desk, l.firm_currency
