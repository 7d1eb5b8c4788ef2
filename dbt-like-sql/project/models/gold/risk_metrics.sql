-- Historical simulation: today's market values over past returns. Profits are exact decimals, so no sum depends on its order; where a
-- quotient or a root is needed, doubles are folded in the order of dates. With n past days the k-th worst is the value at risk,
-- k = floor(n x (1 - level)) + 1, and the mean of the k worst the expected shortfall.
with days as (
    select p.scope, p.desk, p.account, r.as_of, sum(p.value * r.simple_return) as profit
    from {{ ref('risk_positions') }} p
    join {{ ref('returns') }} r on r.instrument = p.instrument
    group by p.scope, p.desk, p.account, r.as_of
),
placed as (
    select
        d.scope, d.desk, d.account, d.as_of, d.profit,
        row_number() over (partition by d.scope, d.desk, d.account order by d.profit, d.as_of) as place,
        count(*) over (partition by d.scope, d.desk, d.account) as n,
        cast(sum(d.profit) over (partition by d.scope, d.desk, d.account) as double) as total,
        sum(d.profit) over (partition by d.scope, d.desk, d.account order by d.as_of rows between unbounded preceding and current row) as level
    from days d
),
measured as (
    select
        p.*,
        cast((n * 5 - mod(n * 5, 100)) / 100 as bigint) + 1 as worst_95,
        cast((n - mod(n, 100)) / 100 as bigint) + 1 as worst_99,
        (cast(p.profit as double) - p.total / p.n) * (cast(p.profit as double) - p.total / p.n) as deviation,
        greatest(max(p.level) over (partition by p.scope, p.desk, p.account order by p.as_of rows between unbounded preceding and current row), 0) - p.level as fall
    from placed p
),
figures as (
    select
        m.scope, m.desk, m.account, max(m.n) as scenarios,
        -max(m.profit) filter (where m.place = m.worst_95) as var_95,
        -max(m.profit) filter (where m.place = m.worst_99) as var_99,
        -cast(sum(m.profit) filter (where m.place <= m.worst_95) as double) / max(m.worst_95) as es_95,
        -cast(sum(m.profit) filter (where m.place <= m.worst_99) as double) / max(m.worst_99) as es_99,
        case when max(m.n) > 1 then sqrt({{ fold_sum('list(m.deviation order by m.as_of)') }} / (max(m.n) - 1)) end as volatility,
        max(m.fall) as max_drawdown
    from measured m
    group by m.scope, m.desk, m.account
),
held as (
    select
        p.scope, p.desk, p.account, p.currency, sum(p.value) as value, sum(abs(p.value)) as gross_value,
        cast(sum(cast(round(p.value, 2) as decimal(38, 2)) * cast(round(p.value, 2) as decimal(18, 2))) as double) as squares,
        cast(sum(abs(round(p.value, 2))) as double) as rounded
    from {{ ref('risk_positions') }} p
    group by p.scope, p.desk, p.account, p.currency
),
histories as (
    select r.instrument, count(*) as n from {{ ref('returns') }} r group by r.instrument
),
-- What the figures cover: an instrument without a past return adds nothing to them.
coverage as (
    select
        p.scope, p.desk, p.account,
        coalesce(sum(abs(p.value)) filter (where s.n is not null), 0) as covered,
        coalesce(sum(abs(p.value)) filter (where s.n is null), 0) as uncovered,
        count(*) filter (where s.n is null and p.value <> 0) as instruments_uncovered,
        coalesce(min(s.n), 0) as least_scenarios
    from {{ ref('risk_positions') }} p
    left join histories s on s.instrument = p.instrument
    group by p.scope, p.desk, p.account
)
select
    {{ run_day() }} as trade_date,
    h.scope, h.desk, h.account, h.currency, coalesce(f.scenarios, 0) as scenarios,
    cast(h.value as decimal(28, 8)) as value, cast(h.gross_value as decimal(28, 8)) as gross_value,
    {%- for name in ['var_95', 'var_99', 'es_95', 'es_99', 'volatility', 'max_drawdown'] %}
    cast(f.{{ name }} as decimal(28, 8)) as {{ name }},
    {%- endfor %}
    cast(case when h.rounded > 0 then h.squares / (h.rounded * h.rounded) end as decimal(28, 8)) as concentration,
    cast(c.covered as decimal(28, 8)) as covered_value, cast(c.uncovered as decimal(28, 8)) as uncovered_value,
    c.instruments_uncovered, c.least_scenarios
from held h
join coverage c on c.scope = h.scope and c.desk = h.desk and c.account = h.account
left join figures f on f.scope = h.scope and f.desk = h.desk and f.account = h.account
