-- Nothing is published before all that must be equal is.
select * from {{ ref('reconciliation') }} where status = 'DIFFERENT'
