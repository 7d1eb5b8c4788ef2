with permit as (
    select count(*) as stated, count(*) filter (where t.quantity = p.quantity and t.price = p.price and t.side = p.side) as agreed
    from {{ ref('permit_trade') }} p
    left join {{ ref('trades') }} t on t.trade_date = {{ run_day() }} and t.source = p.trade_source and t.sequence = p.trade_sequence
    where p.trade_date = {{ run_day() }}
),
checks as (
    select c.check_name, c.subject, c.left_name, c.right_name, {{ checked('c.left_value') }} as left_value, {{ checked('c.right_value') }} as right_value, c.right_value is not null as strict
    from {{ ref('row_counts') }} c
    union all
    select c.check_name, c.subject, c.left_name, c.right_name, {{ checked('c.left_value') }}, {{ checked('c.right_value') }}, true
    from {{ ref('money_checks') }} c
    union all
    select c.check_name, c.subject, c.left_name, c.right_name, {{ checked('c.left_value') }}, {{ checked('c.right_value') }}, c.same
    from {{ ref('hot_checks') }} c
    union all
    -- said, not compared: a subject is an account, or an account and an instrument
    select 'not_known_to_hot', trim(concat(n.account, ' ', n.instrument)), n.record, concat('ops.hot_close, ', n.level), {{ checked('n.records') }}, null, false
    from {{ ref('not_known_to_hot') }} n
    union all
    select 'permit_trades', 'all', 'silver.permit_trade', 'equal in silver.trades', {{ checked('p.stated') }}, {{ checked('p.agreed') }}, false
    from permit p
)
select
    {{ run_day() }} as trade_date,
    c.check_name, c.subject, c.left_name, c.right_name, c.left_value, c.right_value,
    c.left_value - c.right_value as difference,
    case when not c.strict then 'INFO' when c.left_value = c.right_value then 'EQUAL' else 'DIFFERENT' end as status
from checks c
