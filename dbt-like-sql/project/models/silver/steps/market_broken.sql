-- Market data of the day that break a rule, by key and few columns: all other columns are read for these alone.
-- depends_on: {{ ref('instruments') }}
with checked as (
    select m.kind, m.source, m.sequence, 'silver.quotes' as table_name, {{ broken_rule('silver.quotes', 'm') }} as rule
    from {{ market_rows('QUOTE') }}
    where {{ within_day('m', 'm') }}
    union all
    select m.kind, m.source, m.sequence, 'silver.prints' as table_name, {{ broken_rule('silver.prints', 'm') }} as rule
    from {{ market_rows('PRINT') }}
    where {{ within_day('m', 'm') }}
    union all
    select m.kind, m.source, m.sequence, 'silver.marks' as table_name, {{ broken_rule('silver.marks', 'm') }} as rule
    from {{ market_rows('MARK') }}
    where {{ within_day('m', 'm') }}
    union all
    select m.kind, m.source, m.sequence, 'bronze.market_data' as table_name, {{ broken_rule('bronze.market_data', 'm') }} as rule
    from {{ market_rows('OTHER') }}
    where {{ within_day('m', 'm') }}
)
select * from checked where rule is not null
