-- The deepest fall of what was earned over the published days to this one, per account, desk and firm, each in the currency of today.
with totals as (
    select 'ACCOUNT' as scope, '' as desk, p.account, p.currency, p.trade_date, p.total_day
    from {{ ref('portfolio_summary') }} p
    where p.trade_date <= {{ run_day() }}
    union all
    select f.level, f.desk, '', f.currency, f.trade_date, f.total_day
    from {{ ref('firm_summary') }} f
    where f.trade_date <= {{ run_day() }}
),
levels as (
    select
        t.*,
        sum(t.total_day) over (partition by t.scope, t.desk, t.account, t.currency order by t.trade_date rows between unbounded preceding and current row) as level
    from totals t
),
falls as (
    select
        l.*,
        greatest(max(l.level) over (partition by l.scope, l.desk, l.account, l.currency order by l.trade_date rows between unbounded preceding and current row), 0) - l.level as fall
    from levels l
)
select f.scope, f.desk, f.account, f.currency, count(*) as days, max(f.fall) as drawdown
from falls f
group by f.scope, f.desk, f.account, f.currency
