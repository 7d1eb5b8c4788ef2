{# What Dart.Lake's engine gives to a template, for dbt. What they say of a day lies in the schema dartlake of the exported database. #}

{# The columns of a contract that come from the event itself, each with a name and a type. #}
{% macro payload_columns(table) %}
{%- set columns = [] -%}
{%- if execute -%}
    {%- for row in run_query("select name, type from dartlake.payload_columns where table_name = '" ~ table ~ "' order by place").rows -%}
        {%- do columns.append({'name': row[0], 'type': row[1]}) -%}
    {%- endfor -%}
{%- endif -%}
{{ return(columns) }}
{% endmacro %}

{# An SQL expression: the first row rule of a contract that the row of an alias breaks, else null. #}
{% macro broken_rule(table, alias) %}
{%- if execute -%}
    {%- set rows = run_query("select expression from dartlake.row_rules where table_name = '" ~ table ~ "'").rows -%}
    {%- if not rows -%}{%- do exceptions.raise_compiler_error("there is no contract of '" ~ table ~ "'") -%}{%- endif -%}
    {{ return(rows[0][0] | replace('"{alias}"', adapter.quote(alias))) }}
{%- endif -%}
{% endmacro %}

{# A model's rows of the days before the one that is built; the model need not come first. #}
{% macro previous(name) %}
{%- if execute -%}
    {%- set found = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | selectattr('name', 'equalto', name) | list -%}
    {%- if not found -%}{%- do exceptions.raise_compiler_error("'" ~ name ~ "' is no model") -%}{%- endif -%}
    {{ return('(select * from ' ~ found[0].relation_name ~ ' where trade_date < ' ~ run_day() ~ ')') }}
{%- endif -%}
{% endmacro %}

{# A model's table as it was before the day was published, that day and all. #}
{% macro published(name) %}{{ adapter.quote('published') }}.{{ adapter.quote(name) }}{% endmacro %}
