{# Of a group the value of the first event (or the last) that has one, by the order of all events; of those that meet a condition. #}
{% macro first_of(x, t, condition='true') %}{{ adapter.dispatch('of_event')('min_by', x, t, condition) }}{% endmacro %}

{% macro last_of(x, t, condition='true') %}{{ adapter.dispatch('of_event')('max_by', x, t, condition) }}{% endmacro %}

{% macro duckdb__of_event(by, x, t, condition) -%}
{{ by }}({{ x }}, row({{ event_order(t) }})){% if condition != 'true' %} filter (where {{ condition }}){% endif %}
{%- endmacro %}

{% macro trino__of_event(by, x, t, condition) %}{{ by }}({{ x }}, row({{ event_order(t) }})) filter (where {{ x }} is not null and {{ condition }}){% endmacro %}

{% macro spark__of_event(by, x, t, condition) %}{{ by }}({{ x }}, struct({{ event_order(t) }})) filter (where {{ x }} is not null and {{ condition }}){% endmacro %}

{# The first value of a window that is not null. #}
{% macro first_known(x, window) %}{{ adapter.dispatch('first_known')(x, window) }}{% endmacro %}

{% macro duckdb__first_known(x, window) %}first_value({{ x }} ignore nulls) over ({{ window }}){% endmacro %}

{% macro default__first_known(x, window) %}first_value({{ x }}) ignore nulls over ({{ window }}){% endmacro %}

{# The texts of a group with commas between, in order. #}
{% macro ordered_list(text, key) %}{{ adapter.dispatch('ordered_list')(text, key) }}{% endmacro %}

{% macro duckdb__ordered_list(text, key) %}listagg({{ text }}, ',' order by {{ key }}){% endmacro %}

{% macro default__ordered_list(text, key) %}listagg({{ text }}, ',') within group (order by {{ key }}){% endmacro %}
