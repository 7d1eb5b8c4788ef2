-- Every reference record, its columns once more by the names that the tables of its kind give them.
select
    {{ record_columns('r', 'bronze.reference') }},
    r.currency as from_currency, r.as_of as ex_date, r.value as rate, r.value as close
from {{ source('bronze', 'reference') }} r
