-- Positions per account in account currency, and of desks and the firm in firm currency, by instrument. What a scope gains when the underlying
-- returns r: delta_value x r + half_gamma_value x r².
{%- set sums %}
    cast(sum(p.firm_market_value) as decimal(38, 4)) as value, cast(sum(p.firm_delta_value) as decimal(38, 4)) as delta_value, cast(sum(p.firm_half_gamma_value) as decimal(38, 4)) as half_gamma_value
{%- endset %}
select
    'ACCOUNT' as scope, p.desk, p.account, p.instrument, p.returns_of, p.expired,
    cast(p.account_market_value as decimal(38, 4)) as value, cast(p.account_delta_value as decimal(38, 4)) as delta_value, p.account_half_gamma_value as half_gamma_value
from {{ ref('position_returns') }} p
union all
select 'DESK', p.desk, '', p.instrument, p.returns_of, p.expired,
{{- sums }}
from {{ ref('position_returns') }} p
group by p.desk, p.instrument, p.returns_of, p.expired
union all
select 'FIRM', '', '', p.instrument, p.returns_of, p.expired,
{{- sums }}
from {{ ref('position_returns') }} p
group by p.instrument, p.returns_of, p.expired
