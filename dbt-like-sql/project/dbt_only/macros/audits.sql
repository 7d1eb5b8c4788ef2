{# No two rows have the same values; rows with a null are not compared. #}
{% test unique_combination_of_columns(model, combination_of_columns) %}
select {{ combination_of_columns | join(', ') }}, count(*) as n_records
from {{ model }}
where {% for column in combination_of_columns %}{{ column }} is not null{% if not loop.last %} and {% endif %}{% endfor %}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1
{% endtest %}

{# An audit of a model of days sees the rows of the day that is built. #}
{% macro get_where_subquery(relation) %}
    {%- set conditions = [] -%}
    {%- if execute and (graph.nodes.get(model.attached_node) or {}).get('config', {}).get('materialized') in ['day', 'incremental'] -%}
        {%- do conditions.append('trade_date = ' ~ run_day()) -%}
    {%- endif -%}
    {%- if config.get('where') -%}{%- do conditions.append('(' ~ config.get('where') ~ ')') -%}{%- endif -%}
    {%- if conditions -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ') ~ ') dbt_subquery') }}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}
