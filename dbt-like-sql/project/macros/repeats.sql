{# (source, sequence) that occur more than once in a derived table of records. #}
{% macro repeats(records) %}{{ adapter.dispatch('repeats')(records) }}{% endmacro %}

{% macro default__repeats(records) -%}
select m.source, m.sequence
from {{ records }} m
where m.sequence is not null
group by m.source, m.sequence
having count(*) > 1
{%- endmacro %}

{# Few repeat, so that all other records need no sorting. Neighbours share a block, one bit each, so that there are few groups
   in memory: a bit that two records of a block set is in their or and not in their exclusive or. Where these do not account for all records of a block, because three have set one bit, its records are counted one by one. #}
{% macro duckdb__repeats(records) -%}
with blocks as (
    select
        m.source, {{ sequence_block('m') }} as block, count(*) as records,
        bit_or({{ sequence_bit('m') }}) as seen, bit_xor({{ sequence_bit('m') }}) as odd
    from {{ records }} m
    group by m.source, {{ sequence_block('m') }}
),
repeated as (
    select b.source, b.block, b.records, b.seen & ~b.odd as twice, bit_count(b.seen) + bit_count(b.seen & ~b.odd) as told
    from blocks b
    where bit_count(b.seen) < b.records
),
pairs as (
    select r.source, r.block * 32 + n.place as sequence
    from repeated r
    join (values {% for place in range(32) %}({{ place }}){% if not loop.last %}, {% endif %}{% endfor %}) n(place) on (r.twice >> n.place) & 1 = 1
    where r.told = r.records
),
counted as (
    select m.source, m.sequence
    from {{ records }} m
    join repeated r on r.source = m.source and r.block = {{ sequence_block('m') }}
    where r.told <> r.records
    group by m.source, m.sequence
    having count(*) > 1
)
select * from pairs
union all
select * from counted
{%- endmacro %}
