{# Whether a sale condition (LEAN's hexadecimal bit field) may set a price: none of 200 derivatively priced, 40000 stock option,
   1000000 official close (docs/sale-conditions.md); what is no such field sets one. The bits are looked up in the digit that holds them, which every engine can. #}
{% macro sets_price(condition) -%}
(coalesce(length(translate({{ condition }}, '0123456789abcdefABCDEF', '')) > 0 or length({{ condition }}) > 8, true) or (
 substr(lpad({{ condition }}, 8, '0'), 6, 1) not in ('2', '3', '6', '7', 'a', 'b', 'e', 'f', 'A', 'B', 'E', 'F')
 and substr(lpad({{ condition }}, 8, '0'), 4, 1) not in ('4', '5', '6', '7', 'c', 'd', 'e', 'f', 'C', 'D', 'E', 'F')
 and substr(lpad({{ condition }}, 8, '0'), 2, 1) not in ('1', '3', '5', '7', '9', 'b', 'd', 'f', 'B', 'D', 'F')))
{%- endmacro %}
