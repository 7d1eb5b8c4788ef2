{# The order of events as one comparable value, for min_by and max_by. #}
{% macro order_key(t) %}row({{ t }}.event_time, {{ t }}.source, {{ t }}.sequence){% endmacro %}
