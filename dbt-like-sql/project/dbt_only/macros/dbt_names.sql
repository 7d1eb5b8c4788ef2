{# Schemas are those of the lake, taken as they are. #}
{% macro generate_schema_name(custom_schema_name=none, node=none) %}{{ custom_schema_name or target.schema }}{% endmacro %}
