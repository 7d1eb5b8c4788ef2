{# A column as a JSON string, or null. #}
{% macro json_text(x) %}coalesce(cast(to_json(cast({{ x }} as varchar)) as varchar), 'null'){% endmacro %}

{# Microseconds since 1970 as text: the text of a time depends on the engine and its time zone. #}
{% macro micros_text(x) %}cast(epoch_us({{ x }}) as varchar){% endmacro %}

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

{# The texts of a group with commas between, in order. #}
{% macro ordered_list(text, key) %}listagg({{ text }}, ',' order by {{ key }}){% endmacro %}
