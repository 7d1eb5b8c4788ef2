-- Trades of an instrument or account of which no record is known are in quarantine, until one comes.
{{ config(severity='warn') }}
with missing as (
    select case q.rule when 'account_known' then 'ACCOUNT' else 'INSTRUMENT' end as kind, {{ json_field('q.row_json', 'account') }} as account, {{ json_field('q.row_json', 'instrument') }} as instrument
    from {{ ref('quarantine') }} q
    where q.trade_date = {{ run_day() }} and q.table_name = 'silver.trades' and q.rule in ('account_known', 'instrument_known')
),
named as (
    select m.kind, case m.kind when 'ACCOUNT' then m.account else m.instrument end as id, case m.kind when 'ACCOUNT' then m.instrument else m.account end as other
    from missing m
)
select concat(
    'no record of ', lower(n.kind), ' ', n.id, ' holds at the close: ', {{ as_text('count(*)') }}, ' trades are in quarantine, the first of ', case n.kind when 'ACCOUNT' then 'instrument ' else 'account ' end, coalesce(min(n.other), ''),
    '; send to reference_raw an ', n.kind, ' ', n.id, ' that is valid at the close: the next run takes them') as says
from named n
group by n.kind, n.id
