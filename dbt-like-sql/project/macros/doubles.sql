{# A decimal (38, scale) as a double, scale at most 16: the same bits on every engine. What 53 bits hold is divided by the power of ten; of all
   else the whole part and the rest are, each by itself, as DuckDB does it. #}
{% macro to_double(x, scale) %}{{ adapter.dispatch('to_double')(x, scale) }}{% endmacro %}

{% macro duckdb__to_double(x, scale) %}cast({{ x }} as double){% endmacro %}

{% macro default__to_double(x, scale) -%}
{%- set digits = '9007199254740992' -%}
case when abs({{ x }}) <= cast('{{ digits[:16 - scale] or '0' }}.{{ digits[16 - scale:] or '0' }}' as decimal(38, {{ scale }})) then cast({{ x }} as double)
    else cast({{ x }} - {{ x }} % 1 as double) + cast(cast(({{ x }} % 1) * cast('1{{ '0000000000000000'[:scale] }}' as decimal({{ scale + 1 }}, 0)) as decimal(38, 0)) as double) / 1e{{ scale }} end
{%- endmacro %}

{# A double as a decimal (precision, scale), precision at most 28: rounded half away from zero after it was multiplied as a double. #}
{% macro to_decimal(x, precision, scale) %}{{ adapter.dispatch('to_decimal')(x, precision, scale) }}{% endmacro %}

{% macro duckdb__to_decimal(x, precision, scale) %}cast({{ x }} as decimal({{ precision }}, {{ scale }})){% endmacro %}

{# Others make a decimal of a double's shortest text, so the double goes in two whole parts of 64 bits, which are exact. #}
{% macro default__to_decimal(x, precision, scale) -%}
{%- set n -%} (case when abs(({{ x }}) * 1e{{ scale }}) < 4503599627370496e0 then round(({{ x }}) * 1e{{ scale }}) else ({{ x }}) * 1e{{ scale }} end) {%- endset -%}
{%- set high -%} floor({{ n }} / 4294967296e0) {%- endset -%}
{%- set all -%}
cast(cast({{ high }} as bigint) as decimal(38, 0)) * cast('4294967296' as decimal(10, 0)) + cast(cast({{ n }} - {{ high }} * 4294967296e0 as bigint) as decimal(38, 0))
{%- endset -%}
cast({{ of_places(all, scale) }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{# The sum of a group's doubles, folded from the left in the order of a key: the same bits on every engine. #}
{% macro fold_sum(x, key) %}{{ adapter.dispatch('fold_sum')(x, key) }}{% endmacro %}

{% macro duckdb__fold_sum(x, key) %}list_reduce(list({{ x }} order by {{ key }}), lambda a, b: a + b){% endmacro %}

{% macro trino__fold_sum(x, key) %}reduce(array_agg({{ x }} order by {{ key }}), 0e0, (a, b) -> a + b, a -> a){% endmacro %}

{% macro spark__fold_sum(x, key) -%}
aggregate(array_sort(collect_list(struct({{ key }} as place, {{ x }} as x))), 0e0, (a, b) -> a + b.x)
{%- endmacro %}

{# A double, null where it is not a number. #}
{% macro number_or_null(x) %}{{ adapter.dispatch('number_or_null')(x) }}{% endmacro %}

{% macro default__number_or_null(x) %}case when isnan({{ x }}) then null else {{ x }} end{% endmacro %}

{% macro trino__number_or_null(x) %}case when is_nan({{ x }}) then null else {{ x }} end{% endmacro %}
