-- The cost of a lot that no split changed is its price times what is open.
select *
from {{ ref('lots_eod') }} l
where not l.adjusted and l.cost <> {{ amount('l.price', 'l.quantity', 'l.multiplier') }}
