{# A column as a JSON string, or null. #}
{% macro json_text(x) %}coalesce(cast(to_json(cast({{ x }} as varchar)) as varchar), 'null'){% endmacro %}

{# Microseconds since 1970 as text: the text of a time depends on the engine and its time zone. #}
{% macro micros_text(x) %}cast(epoch_us({{ x }}) as varchar){% endmacro %}

{# The payload of alias t as a JSON object with every value as text. #}
{% macro payload_json(t, columns, times) -%}
concat('{',
{%- for c in columns %} '"{{ c }}":', {{ json_text(t ~ '.' ~ c) }}, ',',{% endfor %}
{%- for c in times %} '"{{ c }}":', {{ json_text(micros_text(t ~ '.' ~ c)) }}{% if not loop.last %}, ','{% endif %},{% endfor %} '}')
{%- endmacro %}

{# Whether two copies of a record have the same payload. #}
{% macro same_payload(a, b, columns) -%}
({% for c in columns %}{{ a }}.{{ c }} is not distinct from {{ b }}.{{ c }}{% if not loop.last %} and {% endif %}{% endfor %})
{%- endmacro %}

{% macro trade_payload() %}{{ return(['kind', 'account', 'instrument', 'source', 'sequence', 'ref_sequence', 'side', 'price', 'quantity', 'fee', 'currency', 'venue']) }}{% endmacro %}

{% macro market_payload() %}{{ return(['kind', 'instrument', 'source', 'sequence', 'venue', 'bid', 'bid_size', 'ask', 'ask_size', 'price', 'size', 'condition', 'suspicious']) }}{% endmacro %}

{% macro permit_payload() %}{{ return(['kind', 'account', 'source', 'sequence', 'instrument', 'currency', 'measure', 'side', 'quantity', 'price', 'amount', 'available', 'trade_source', 'trade_sequence', 'channel', 'counterparty', 'note']) }}{% endmacro %}

{# The texts of a group with commas between, in order. #}
{% macro ordered_list(text, key) %}listagg({{ text }}, ',' order by {{ key }}){% endmacro %}
