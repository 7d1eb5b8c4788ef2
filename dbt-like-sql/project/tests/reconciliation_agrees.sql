-- Nothing is published before all that must be equal is.
select concat(r.check_name, ' ', r.subject, ': ', r.left_name, ' ', coalesce({{ as_text('r.left_value') }}, 'nothing'), ', ', r.right_name, ' ', coalesce({{ as_text('r.right_value') }}, 'nothing')) as says
from {{ ref('reconciliation') }} r
where r.status = 'DIFFERENT'
