{# Whether two reference records say the same: everything but who published it when. #}
{% macro says_the_same(a, b) -%}
({% for c in payload_columns('bronze.reference') if c.name not in ['source', 'sequence', 'event_time', 'ingest_time'] %}{{ a }}.{{ c.name }} is not distinct from {{ b }}.{{ c.name }} and {% endfor %}true)
{%- endmacro %}

{# The order of the versions of a reference record, the one that counts first. #}
{% macro newest_record(r) -%}
{{ r }}.ingest_time desc, {{ r }}.sequence desc, {{ r }}.source desc, {{ r }}._log_id, {{ r }}._kafka_partition, {{ r }}._offset
{%- endmacro %}
