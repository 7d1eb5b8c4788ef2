-- Nothing is published before all that must be equal is.
select concat(r.check_name, ' ', r.subject, ': ', r.left_name, ' ', coalesce(cast(r.left_value as varchar), 'nothing'), ', ', r.right_name, ' ', coalesce(cast(r.right_value as varchar), 'nothing')) as says
from {{ ref('reconciliation') }} r
where r.status = 'DIFFERENT'
