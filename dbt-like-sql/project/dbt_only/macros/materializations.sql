{# The rows of the day take the place of that day's rows in the table, as one transaction. #}
{% materialization day, adapter='duckdb' %}
    {%- set target = load_cached_relation(this) -%}
    {%- if target is none -%}
        {%- do exceptions.raise_compiler_error('there is no table ' ~ this ~ ': open the folder that `dartlake dbt export` writes') -%}
    {%- endif -%}
    {%- do refuse_left_out(model.name) -%}
    {%- set columns = adapter.get_columns_in_relation(target) | rejectattr('name', 'equalto', 'publication') | map(attribute='quoted') | join(', ') -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        delete from {{ target }} where trade_date = {{ run_day() }};
        insert into {{ target }} ({{ columns }}) select {{ columns }} from (
        {{ sql }}
        ) as built
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# A step that other models read: its rows of the day, and no others. #}
{% materialization temp, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- do refuse_left_out(model.name) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        create or replace table {{ target }} as (
        {{ sql }}
        )
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Models that dbt cannot build have their published rows in the database, which a failed attempt shall not take away. #}
{% macro refuse_left_out(name) %}
    {%- for row in run_query("select reason from dartlake.left_out where model = '" ~ name ~ "'").rows -%}
        {%- do exceptions.raise_compiler_error(name ~ ' is not for dbt: ' ~ row[0] ~ '; its rows are there as they were published: --exclude ' ~ name) -%}
    {%- endfor -%}
{% endmacro %}
