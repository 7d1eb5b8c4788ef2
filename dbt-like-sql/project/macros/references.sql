{# The first rule that a reference record breaks, else null: those of its words, then those of the table that its kind makes. Alias r is of
   reference_terms: each column has the names that the tables give it. #}
{% macro broken_reference(r) -%}
coalesce({{ broken_rule('bronze.reference', r) }}, case {{ r }}.kind
    when 'INSTRUMENT' then {{ broken_rule('silver.instruments', r) }}
    when 'ACCOUNT' then {{ broken_rule('silver.accounts', r) }}
    when 'FX_FIXING' then {{ broken_rule('silver.fx_fixings', r) }}
    when 'CORPORATE_ACTION' then {{ broken_rule('silver.corporate_actions', r) }}
    when 'RATE' then {{ broken_rule('silver.rates', r) }}
    else coalesce({{ broken_rule('silver.prior_closes', r) }}, {{ currency_of_price(r) }}) end)
{%- endmacro %}

{# Of a close or mark that says its currency: a rule that it breaks when no record of its instrument has that. #}
{% macro currency_of_price(r) -%}
case
    when {{ r }}.kind in ('PRIOR_CLOSE', 'MARK') and {{ r }}.currency is not null
        and exists (select 1 from {{ ref('instrument_currencies') }} c where c.id = {{ r }}.id)
        and not exists (select 1 from {{ ref('instrument_currencies') }} c where c.id = {{ r }}.id and c.currency = {{ r }}.currency) then 'currency_of_instrument' end
{%- endmacro %}

{# The table that takes records of a kind. #}
{% macro reference_table(kind) -%}
case {{ kind }}
    when 'INSTRUMENT' then 'silver.instruments' when 'ACCOUNT' then 'silver.accounts' when 'FX_FIXING' then 'silver.fx_fixings'
    when 'CORPORATE_ACTION' then 'silver.corporate_actions' when 'RATE' then 'silver.rates'
    when 'PRIOR_CLOSE' then 'silver.prior_closes' when 'MARK' then 'silver.prior_closes' else 'bronze.reference' end
{%- endmacro %}

{# The end of a validity; one that lies at the end of the year 9999 or beyond is open, as a null is. #}
{% macro held_until(t) -%}
case when {{ t }} < {{ instant('9999-12-31 23:59:59') }} then {{ t }} end
{%- endmacro %}
