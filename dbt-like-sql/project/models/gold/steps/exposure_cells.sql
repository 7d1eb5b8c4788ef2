-- Exposure per account and kind of instrument. In firm currency each number is rounded here, once: accounts, desks, kinds and the firm are sums of
-- these. In account currency they are exact, for an account's numbers are rounded from the sum over its instruments.
select
    p.desk, p.account, p.instrument_kind, p.account_currency, p.firm_currency, count(*) as positions,
    sum(case when p.account_market_value > 0 then p.account_market_value else 0 end) as account_long,
    sum(case when p.account_market_value < 0 then p.account_market_value else 0 end) as account_short,
    cast(round(sum(case when p.firm_market_value > 0 then p.firm_market_value else 0 end), 2) as decimal(18, 2)) as firm_long,
    cast(round(sum(case when p.firm_market_value < 0 then p.firm_market_value else 0 end), 2) as decimal(18, 2)) as firm_short,
    coalesce(sum(abs(p.account_delta_value)), 0) as account_delta_gross, coalesce(sum(p.account_delta_value), 0) as account_delta_net,
    cast(round(coalesce(sum(abs(p.firm_delta_value)), 0), 2) as decimal(18, 2)) as firm_delta_gross,
    cast(round(coalesce(sum(p.firm_delta_value), 0), 2) as decimal(18, 2)) as firm_delta_net,
    count(*) - count(p.firm_delta_value) as without_delta
from {{ ref('position_returns') }} p
group by p.desk, p.account, p.instrument_kind, p.account_currency, p.firm_currency
