{# A number, a date or a text as text. #}
{% macro as_text(x) %}{{ adapter.dispatch('as_text')(x) }}{% endmacro %}

{% macro default__as_text(x) %}cast({{ x }} as varchar){% endmacro %}

{% macro spark__as_text(x) %}cast({{ x }} as string){% endmacro %}

{# A column as a JSON string, or null. #}
{% macro json_text(x) %}{{ adapter.dispatch('json_text')(x) }}{% endmacro %}

{% macro duckdb__json_text(x) %}coalesce(cast(to_json(cast({{ x }} as varchar)) as varchar), 'null'){% endmacro %}

{# Trino's own JSON has escapes for characters of more than 16 bits, which no other engine writes. #}
{% macro trino__json_text(x) -%}
coalesce('"' || regexp_replace(cast({{ x }} as varchar), '(["\\\x00-\x1f])', m -> case m[1]
    when '"' then '\"' when '\' then '\\' when chr(8) then '\b' when chr(9) then '\t' when chr(10) then '\n' when chr(12) then '\f' when chr(13) then '\r'
    else '\u00' || lpad(upper(to_base(codepoint(cast(m[1] as varchar(1))), 16)), 2, '0') end) || '"', 'null')
{%- endmacro %}

{# Spark has no JSON of a text alone, so it is taken out of a list of one. #}
{% macro spark__json_text(x) -%}
substr(to_json(array(cast({{ x }} as string))), 2, length(to_json(array(cast({{ x }} as string)))) - 2)
{%- endmacro %}

{# A text of a JSON object by its key, null where there is none. #}
{% macro json_field(json, key) %}{{ adapter.dispatch('json_field')(json, key) }}{% endmacro %}

{% macro duckdb__json_field(json, key) %}{{ json }}->>'{{ key }}'{% endmacro %}

{% macro trino__json_field(json, key) %}json_extract_scalar({{ json }}, '$.{{ key }}'){% endmacro %}

{% macro spark__json_field(json, key) %}get_json_object({{ json }}, '$.{{ key }}'){% endmacro %}

{# Microseconds since 1970 as text: the text of a time depends on the engine and its time zone. #}
{% macro micros_text(x) %}{{ as_text(micros(x)) }}{% endmacro %}

{# The payload of alias t as a JSON object with every value as text, times last. #}
{% macro payload_json(t, table) -%}
{%- set key = namespace(before='') -%}
concat('{',
{%- for c in payload_columns(table) if c.type != 'timestamptz' %} '{{ key.before }}"{{ c.name }}":', {{ json_text(t ~ '.' ~ c.name) }},{% set key.before = ',' %}{% endfor %}
{%- for c in payload_columns(table) if c.type == 'timestamptz' %} '{{ key.before }}"{{ c.name }}":', {{ json_text(micros_text(t ~ '.' ~ c.name)) }},{% set key.before = ',' %}{% endfor %} '}')
{%- endmacro %}

{# Whether two copies of a record of a bronze table have the same payload. #}
{% macro same_payload(a, b, table) -%}
({% for c in payload_columns(table) %}{{ a }}.{{ c.name }} is not distinct from {{ b }}.{{ c.name }}{% if not loop.last %} and {% endif %}{% endfor %})
{%- endmacro %}

{# The columns of alias t: the payload of a bronze table, then the coordinates. #}
{% macro record_columns(t, table) -%}
{% for c in payload_columns(table) %}{{ t }}.{{ c.name }}, {% endfor %}{{ t }}._log_id, {{ t }}._topic, {{ t }}._kafka_partition, {{ t }}._offset
{%- endmacro %}
