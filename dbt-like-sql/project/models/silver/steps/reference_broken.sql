-- Reference records that break a rule: none of them counts.
select checked.*
from (select r.*, {{ broken_reference('r') }} as rule from {{ ref('reference_terms') }} r) checked
where checked.rule is not null
