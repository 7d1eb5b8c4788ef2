-- Market data of the day that break a rule: few, so that quarantine reads them here and not all records again.
-- depends_on: {{ ref('instruments') }}
with checked as (
    select
        {{ record_columns('m', 'bronze.market_data') }},
        {{ market_table('m.kind') }} as table_name,
        case m.kind
            when 'QUOTE' then {{ broken_rule('silver.quotes', 'm') }}
            when 'PRINT' then {{ broken_rule('silver.prints', 'm') }}
            when 'MARK' then {{ broken_rule('silver.marks', 'm') }}
            else {{ broken_rule('bronze.market_data', 'm') }}
        end as rule
    from {{ market_rows('ANY') }}
    where {{ within_day('m', 'm') }}
)
select * from checked where rule is not null
