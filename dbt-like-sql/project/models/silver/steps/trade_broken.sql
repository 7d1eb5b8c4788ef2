-- Plain trades of the day that break a rule: few, so that quarantine reads them here and not all trades again.
-- depends_on: {{ ref('instruments') }} {{ ref('accounts') }}
with checked as (
    select {{ record_columns('p', 'bronze.trades') }}, {{ broken_trade('p') }} as rule
    from {{ plain_trades() }} p
)
select * from checked where rule is not null
