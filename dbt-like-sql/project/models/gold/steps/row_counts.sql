-- The counts of decision 0022: rows of bronze that are of the day, beside what became of them.
with rows_of_trades as (
    select
        count(*) filter (where t.class = 'folded') as folded,
        count(*) filter (where t.class = 'duplicate') as duplicates,
        count(*) filter (where t.class = 'other_day') as booked_elsewhere,
        count(*) filter (where t.own_day and t.class <> 'live') as own_day_not_live,
        count(*) filter (where not t.own_day and t.class <> 'other_day') as dated_elsewhere
    from {{ ref('trade_rows') }} t
),
trades as (
    select
        r.*,
        (
            select count(*)
            from {{ trade_history() }} b
            left join {{ ref('venue_windows') }} v on v.venue = b.venue
            left join {{ ref('home_window') }} h on true
            where {{ own_day('b', 'v', 'h') }}
        ) as dated,
        (select count(*) from {{ ref('trade_versions') }} b where b.rule is not null) as broken
    from rows_of_trades r
),
quarantined as (
    select
        count(*) filter (where q.table_name = 'silver.trades') as trades,
        count(*) filter (where q.table_name in ('silver.quotes', 'silver.prints', 'silver.marks', 'bronze.market_data')) as market,
        count(*) filter (where q.table_name like 'silver.permit%') as permit
    from {{ ref('quarantine') }} q
    where q.trade_date = {{ run_day() }}
),
market as (
    select count(*) as dated
    from {{ source('bronze', 'market_data') }} b
    left join {{ ref('instrument_windows') }} i on i.instrument = b.instrument
    left join {{ ref('home_window') }} h on i.instrument is null
    where b.event_time >= {{ midnight(8) }} and b.event_time < {{ day_is_over() }}
      and b.event_time >= coalesce(i.starts_at, h.starts_at) and b.event_time < coalesce(i.ends_at, h.ends_at)
),
market_duplicates as (
    select count(*) as duplicates
    from {{ ref('market_copies') }} c
    left join {{ ref('instrument_windows') }} i on i.instrument = c.instrument
    left join {{ ref('home_window') }} h on i.instrument is null
    where c.class = 'duplicate' and c.event_time >= coalesce(i.starts_at, h.starts_at) and c.event_time < coalesce(i.ends_at, h.ends_at)
),
marks as (
    select count(*) as live
    from {{ market_rows('MARK') }}
    where {{ within_day('m', 'm') }} and {{ broken_rule('silver.marks', 'm') }} is null
),
permit as (
    select count(*) as dated, count(*) filter (where p.class = 'duplicate') as duplicates from {{ ref('permit_rows') }} p
),
silver as (
    select
        (select count(*) from {{ ref('trades') }} where trade_date = {{ run_day() }}) as trades,
        (select count(*) from {{ ref('quotes') }} where trade_date = {{ run_day() }}) as quotes,
        (select count(*) from {{ ref('option_quotes') }} where trade_date = {{ run_day() }}) as option_quotes,
        (select count(*) from {{ ref('prints') }} where trade_date = {{ run_day() }}) as prints,
        0
        {%- for kind in ['position', 'exposure', 'risk', 'margin', 'interaction', 'trade'] %}
        + (select count(*) from {{ ref('permit_' ~ kind) }} where trade_date = {{ run_day() }})
        {%- endfor %} as permit
)
select 'rows_of_trades' as check_name, 'dated' as subject, 'bronze.trades' as left_name, 'booked here or on another day' as right_name, t.dated as left_value, s.trades + t.broken + t.own_day_not_live as right_value
from trades t cross join silver s
union all
select 'rows_of_trades', 'booked', 'bronze.trades', 'silver + quarantine + duplicates + folded', t.dated - t.booked_elsewhere + t.dated_elsewhere, s.trades + q.trades + t.duplicates + t.folded
from trades t cross join silver s cross join quarantined q
union all
select 'rows_of_market_data', 'dated', 'bronze.market_data', 'silver + quarantine + duplicates', m.dated, s.quotes + s.option_quotes + s.prints + k.live + q.market + d.duplicates
from market m cross join silver s cross join quarantined q cross join market_duplicates d cross join marks k
union all
select 'rows_of_permit', 'dated', 'bronze.permit', 'silver + quarantine + duplicates', p.dated, s.permit + q.permit + p.duplicates
from permit p cross join silver s cross join quarantined q
union all
select 'count_of_trades', n.subject, 'bronze.trades', '', n.value, null
from (
    select 'live' as subject, s.trades as value from silver s
    union all select 'folded', t.folded from trades t
    union all select 'duplicate', t.duplicates from trades t
    union all select 'quarantined', q.trades from quarantined q
    union all select 'of another day', t.booked_elsewhere from trades t
    union all select concat('late: ', l.table_name), l.late_rows from {{ source('ops', 'late') }} l
) n
