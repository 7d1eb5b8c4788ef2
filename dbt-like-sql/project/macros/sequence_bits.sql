{# Thirty-two neighbouring sequence numbers share a block, in which each is a bit of a whole number. #}
{% macro sequence_block(t) %}({{ t }}.sequence >> 5){% endmacro %}

{# The number of a block in which a sequence number's bit is set, and no other. #}
{% macro sequence_bit(t) %}(cast(1 as bigint) << ({{ t }}.sequence & 31)){% endmacro %}
