{# A number that has no fraction, as a whole number of the widest type: products of two 64-bit numbers fit into it. #}
{% macro whole(x) %}{{ adapter.dispatch('whole')(x) }}{% endmacro %}

{% macro duckdb__whole(x) %}cast({{ x }} as hugeint){% endmacro %}

{% macro default__whole(x) %}cast({{ x }} as decimal(38, 0)){% endmacro %}

{# a / b without what is left over, of whole numbers that are not negative, b of at most 20 digits; beyond 28 digits of a result that is an
   error of Spark's, never another number. Elsewhere than on DuckDB "/" rounds, so what is left over is taken away first. #}
{% macro quotient(a, b) %}{{ adapter.dispatch('quotient')(a, b) }}{% endmacro %}

{% macro duckdb__quotient(a, b) %}(({{ a }}) // ({{ b }})){% endmacro %}

{% macro default__quotient(a, b) -%}
cast((cast({{ a }} as decimal(38, 0)) - cast({{ a }} as decimal(38, 0)) % cast({{ b }} as decimal(20, 0))) / cast({{ b }} as decimal(20, 0)) as decimal(38, 0))
{%- endmacro %}

{# A whole number of last places as a number of so many places, exact. #}
{% macro of_places(n, scale) %}{{ adapter.dispatch('of_places')(n, scale) }}{% endmacro %}

{% macro default__of_places(n, scale) %}cast(cast({{ n }} as decimal(38, 0)) * {{ last_place(scale) }} as decimal(38, {{ scale }})){% endmacro %}

{# Trino's products of wide numbers have six places: what is whole of the number and the rest go each by itself. #}
{% macro trino__of_places(n, scale) -%}
{%- set one = "cast('1" ~ '0000000000000000'[:scale] ~ "' as decimal(" ~ (scale + 1) ~ ", 0))" -%}
(cast((cast({{ n }} as decimal(38, 0)) - cast({{ n }} as decimal(38, 0)) % {{ one }}) / {{ one }} as decimal(38, {{ scale }}))
 + cast(cast({{ n }} as decimal(38, 0)) % {{ one }} as decimal({{ scale }}, 0)) * {{ last_place(scale) }})
{%- endmacro %}

{# One of the last of so many places, at most 17. #}
{% macro last_place(scale) %}cast('0.{{ '0000000000000000'[:scale - 1] }}1' as decimal({{ scale + 1 }}, {{ scale }})){% endmacro %}

{# The exact product of a decimal (38, places_a) and a decimal (18, places_b) as one of (38, places_a + places_b), at most 16 places in all;
   one that is too wide is an error. #}
{% macro product(a, places_a, b, places_b) %}{{ adapter.dispatch('product')(a, places_a, b, places_b) }}{% endmacro %}

{% macro default__product(a, places_a, b, places_b) -%}
cast({{ a }} * cast({{ b }} as decimal(18, {{ places_b }})) as decimal(38, {{ places_a + places_b }}))
{%- endmacro %}

{# Trino takes places away from a product that may have more than 38 digits: narrow numbers are multiplied as they are, wide ones as whole
   numbers of their last places. #}
{% macro trino__product(a, places_a, b, places_b) -%}
{%- set zeros = '00000000000000000000' -%}
{%- set n -%}
cast({{ a }} * cast('1{{ zeros[:places_a] }}' as decimal({{ places_a + 1 }}, 0)) as decimal(38, 0)) * cast(cast({{ b }} as decimal(18, {{ places_b }})) * cast('1{{ zeros[:places_b] }}' as decimal({{ places_b + 1 }}, 0)) as decimal(38, 0))
{%- endset -%}
case when abs({{ a }}) < cast('1{{ zeros[:20 - places_a] }}' as decimal(38, {{ places_a }})) then cast({{ a }} as decimal(20, {{ places_a }})) * cast({{ b }} as decimal(18, {{ places_b }}))
    else {{ trino__of_places(n, places_a + places_b) }} end
{%- endmacro %}

{# The product of a group of whole numbers from 1 on; null when it is beyond 64 bits. #}
{% macro product_of(x) %}{{ adapter.dispatch('product_of')(x) }}{% endmacro %}

{% macro duckdb__product_of(x) -%}
list_reduce(list({{ x }}), lambda a, b: case when a <= 9223372036854775807 // b then a * b end)
{%- endmacro %}

{% macro trino__product_of(x) -%}
reduce(array_agg({{ x }}), cast(1 as bigint), (a, b) -> case when a <= 9223372036854775807 / b then a * b end, a -> a)
{%- endmacro %}

{% macro spark__product_of(x) -%}
aggregate(collect_list({{ x }}), cast(1 as bigint), (a, b) -> case when a <= 9223372036854775807 div b then a * b end)
{%- endmacro %}

{# 1, 0 or -1. Spark's own function gives a double. #}
{% macro sign_of(x) %}case when {{ x }} > 0 then 1 when {{ x }} < 0 then -1 when {{ x }} = 0 then 0 end{% endmacro %}
