-- Instruments that are held without a past return of them or of their underlying, or options without Greeks: the figures of risk leave them out.
{{ config(severity='warn') }}
select distinct p.instrument, p.returns_of
from {{ ref('position_returns') }} p
where not p.expired and p.firm_market_value <> 0
  and (p.firm_delta_value is null or not exists (select 1 from {{ ref('returns') }} r where r.instrument = p.returns_of))
