{# A time in UTC, written as 2026-09-21 13:30:00, as a constant. #}
{% macro instant(time) %}{{ adapter.dispatch('instant')(time) }}{% endmacro %}

{% macro duckdb__instant(time) %}timestamptz '{{ time }}+00'{% endmacro %}

{% macro trino__instant(time) %}cast(timestamp '{{ time }} UTC' as timestamp(6) with time zone){% endmacro %}

{% macro spark__instant(time) %}timestamp '{{ time }}+00:00'{% endmacro %}

{# Microseconds since 1970 of a time, as a bigint. #}
{% macro micros(time) %}{{ adapter.dispatch('micros')(time) }}{% endmacro %}

{% macro duckdb__micros(time) %}epoch_us({{ time }}){% endmacro %}

{# Trino's own functions give milliseconds, or doubles: the digits of the second's part come from the text. #}
{% macro trino__micros(time) -%}
(date_diff('second', timestamp '1970-01-01 00:00:00 UTC', date_trunc('second', {{ time }})) * 1000000
 + cast(substr(cast({{ time }} as varchar), strpos(cast({{ time }} as varchar), '.') + 1, 6) as bigint))
{%- endmacro %}

{% macro spark__micros(time) %}unix_micros({{ time }}){% endmacro %}
