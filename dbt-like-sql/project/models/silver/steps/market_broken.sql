-- Market data of the day that break a rule: few, so that quarantine reads them here and not all records again.
-- depends_on: {{ ref('instruments') }}
with checked as (
    select {{ record_columns('m', 'bronze.market_data') }}, 'silver.quotes' as table_name, {{ broken_rule('silver.quotes', 'm') }} as rule
    from {{ market_rows('QUOTE') }}
    where {{ within_day('m', 'm') }}
    union all
    select {{ record_columns('m', 'bronze.market_data') }}, 'silver.prints' as table_name, {{ broken_rule('silver.prints', 'm') }} as rule
    from {{ market_rows('PRINT') }}
    where {{ within_day('m', 'm') }}
    union all
    select {{ record_columns('m', 'bronze.market_data') }}, 'silver.marks' as table_name, {{ broken_rule('silver.marks', 'm') }} as rule
    from {{ market_rows('MARK') }}
    where {{ within_day('m', 'm') }}
    union all
    select {{ record_columns('m', 'bronze.market_data') }}, 'bronze.market_data' as table_name, {{ broken_rule('bronze.market_data', 'm') }} as rule
    from {{ market_rows('OTHER') }}
    where {{ within_day('m', 'm') }}
)
select * from checked where rule is not null
