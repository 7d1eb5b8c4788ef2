-- Historical simulation: today's positions over past returns, options by the delta and gamma of their close. Profits are exact decimals, so no sum
-- depends on its order; where a quotient or a root is needed, doubles are folded in the order of dates. With n past days the k-th worst is the
-- value at risk, k = floor(n x (1 - level)) + 1, and the mean of the k worst the expected shortfall.
with days as (
    select p.scope, p.desk, p.account, r.as_of, sum({{ product('p.delta_value', 4, 'r.simple_return', 12) }} + {{ product('p.half_gamma_value', 4, 'r.squared', 12) }}) as profit
    from {{ ref('risk_positions') }} p
    join {{ ref('returns') }} r on r.instrument = p.returns_of
    where p.delta_value is not null and not p.expired
    group by p.scope, p.desk, p.account, r.as_of
),
placed as (
    select
        d.scope, d.desk, d.account, d.as_of, d.profit,
        row_number() over (partition by d.scope, d.desk, d.account order by d.profit, d.as_of) as place,
        count(*) over (partition by d.scope, d.desk, d.account) as n,
        sum(d.profit) over (partition by d.scope, d.desk, d.account) as total,
        sum(d.profit) over (partition by d.scope, d.desk, d.account order by d.as_of rows between unbounded preceding and current row) as level
    from days d
),
measured as (
    select
        p.*,
        cast((n * 5 - mod(n * 5, 100)) / 100 as bigint) + 1 as worst_95,
        cast((n - mod(n, 100)) / 100 as bigint) + 1 as worst_99,
        (p.gained - p.total / p.n) * (p.gained - p.total / p.n) as deviation,
        greatest(max(p.level) over (partition by p.scope, p.desk, p.account order by p.as_of rows between unbounded preceding and current row), 0) - p.level as fall
    from (
        select p.scope, p.desk, p.account, p.as_of, p.profit, p.place, p.n, p.level,
            {{ to_double('p.profit', 16) }} as gained, {{ to_double('p.total', 16) }} as total
        from placed p
    ) p
),
figures as (
    select
        m.scope, m.desk, m.account, max(m.n) as scenarios,
        -max(m.profit) filter (where m.place = m.worst_95) as var_95,
        -max(m.profit) filter (where m.place = m.worst_99) as var_99,
        -{{ to_double('sum(m.profit) filter (where m.place <= m.worst_95)', 16) }} / max(m.worst_95) as es_95,
        -{{ to_double('sum(m.profit) filter (where m.place <= m.worst_99)', 16) }} / max(m.worst_99) as es_99,
        case when max(m.n) > 1 then sqrt({{ fold_sum('m.deviation', 'm.as_of') }} / (max(m.n) - 1)) end as volatility,
        max(m.fall) as hypothetical_drawdown
    from measured m
    group by m.scope, m.desk, m.account
),
held as (
    select
        p.scope, p.desk, p.account, sum(p.value) as value, sum(abs(p.value)) as gross_value,
        {{ to_double('sum(cast(round(p.value, 2) as decimal(38, 2)) * cast(round(p.value, 2) as decimal(18, 2)))', 4) }} as squares,
        {{ to_double('sum(cast(abs(round(p.value, 2)) as decimal(38, 2)))', 2) }} as rounded
    from {{ ref('risk_positions') }} p
    group by p.scope, p.desk, p.account
),
histories as (
    select r.instrument, count(*) as n from {{ ref('returns') }} r group by r.instrument
),
-- What the figures cover: an instrument without a past return of its underlying, or an option without Greeks, adds nothing to them.
covering as (
    select p.*, s.n, p.expired or s.n is not null and p.delta_value is not null as is_covered
    from {{ ref('risk_positions') }} p
    left join histories s on s.instrument = p.returns_of
),
coverage as (
    select
        c.scope, c.desk, c.account,
        coalesce(sum(abs(c.value)) filter (where c.is_covered), 0) as covered,
        coalesce(sum(abs(c.value)) filter (where not c.is_covered), 0) as uncovered,
        count(*) filter (where not c.is_covered) as instruments_uncovered,
        coalesce(min(c.n) filter (where c.is_covered and not c.expired), 0) as least_scenarios
    from covering c
    group by c.scope, c.desk, c.account
),
-- Who has no position has a row too: its own drawdown goes on.
scopes as (
    select 'ACCOUNT' as scope, p.desk, p.account, p.currency from {{ ref('portfolio_summary') }} p where p.trade_date = {{ run_day() }}
    union all
    select f.level, f.desk, '', f.currency from {{ ref('firm_summary') }} f where f.trade_date = {{ run_day() }}
)
select
    {{ run_day() }} as trade_date,
    h.scope, h.desk, h.account, h.currency, coalesce(f.scenarios, 0) as scenarios,
    cast(coalesce(p.value, 0) as decimal(28, 8)) as value, cast(coalesce(p.gross_value, 0) as decimal(28, 8)) as gross_value,
    cast(f.var_95 as decimal(28, 8)) as var_95, cast(f.var_99 as decimal(28, 8)) as var_99,
    {%- for name in ['es_95', 'es_99', 'volatility'] %}
    {{ to_decimal('f.' ~ name, 28, 8) }} as {{ name }},
    {%- endfor %}
    cast(f.hypothetical_drawdown as decimal(28, 8)) as hypothetical_drawdown,
    {{ to_decimal('case when p.rounded > 0 then p.squares / (p.rounded * p.rounded) end', 28, 8) }} as concentration,
    cast(coalesce(c.covered, 0) as decimal(28, 8)) as covered_value, cast(coalesce(c.uncovered, 0) as decimal(28, 8)) as uncovered_value,
    coalesce(c.instruments_uncovered, 0) as instruments_uncovered, coalesce(c.least_scenarios, 0) as least_scenarios,
    cast(d.drawdown as decimal(18, 2)) as drawdown, d.days as drawdown_days
from scopes h
left join held p on p.scope = h.scope and p.desk = h.desk and p.account = h.account
left join coverage c on c.scope = h.scope and c.desk = h.desk and c.account = h.account
left join figures f on f.scope = h.scope and f.desk = h.desk and f.account = h.account
left join {{ ref('drawdowns') }} d on d.scope = h.scope and d.account = h.account and d.currency = h.currency and (h.scope = 'ACCOUNT' or d.desk = h.desk)
