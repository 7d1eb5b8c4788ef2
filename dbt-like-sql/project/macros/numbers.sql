{# price (18,6) x quantity (18,4) x multiplier (18,4), exact, as an amount (38,10). A product that may be wider than any type is checked digit by
   digit, thirty times as dear, so it is made only where the multiplier is not 1. #}
{% macro amount(price, quantity, multiplier) -%}
case when {{ multiplier }} = 1 then {{ value(price, quantity) }} else cast({{ product(value(price, quantity), 10, multiplier, 4) }} as decimal(38, 10)) end
{%- endmacro %}

{# price (18,6) x quantity (18,4), exact, as an amount (38,10). The price is widened by a digit: DuckDB gives two decimals of 18 digits a product
   of 18, which 10^8 overflows; with 19 it has 37, which nothing does. #}
{% macro value(price, quantity) %}cast(cast({{ price }} as decimal(19, 6)) * {{ quantity }} as decimal(38, 10)){% endmacro %}

{# A number with the sign of another, which is never nought. A product with the sign would be as wide as no type is. #}
{% macro signed(sign, number) %}case when {{ sign }} > 0 then {{ number }} else -({{ number }}) end{% endmacro %}

{# An amount (38,10) at a rate (18,6), exact, as a converted amount (38,16). #}
{% macro converted(amount, rate) %}{{ product(amount, 10, rate, 6) }}{% endmacro %}

{# A quantity as a whole number of its last places. Widened first: of (18,4) the product overflows at 10^10. #}
{% macro ten_thousandths(quantity) %}{{ whole('cast(' ~ quantity ~ ' as decimal(38, 4)) * 10000') }}{% endmacro %}

{# amount (38,10) x part / whole, none negative, rounded half away from zero to 10 places: integers, since a division of decimals is binary or
   rounds. The whole times first, then what is left over, so that no product is wider than the amount. #}
{% macro share(amount, part, whole_of) -%}
{%- set a = whole(amount ~ ' * 10000000000') -%}
{%- set p = ten_thousandths(part) -%}
{%- set w = ten_thousandths(whole_of) -%}
{{ of_places(quotient(a, w) ~ ' * ' ~ p ~ ' + ' ~ quotient('2 * (' ~ a ~ ' % ' ~ w ~ ') * ' ~ p ~ ' + ' ~ w, '2 * ' ~ w), 10) }}
{%- endmacro %}

{# quantity (18,4) x n / d, exact to 4 places or rounded half away from zero. #}
{% macro split_quantity(quantity, n, d) -%}
{%- set places = quotient('2 * ' ~ ten_thousandths('abs(' ~ quantity ~ ')') ~ ' * ' ~ n ~ ' + ' ~ d, '2 * ' ~ whole(d)) -%}
{{ signed(quantity, 'cast(' ~ of_places(places, 4) ~ ' as decimal(18, 4))') }}
{%- endmacro %}

{# A price (18,6) of before a split n:d as one of after it, rounded half away from zero; null when it is beyond the type. #}
{% macro split_price(price, n, d) -%}
{%- set doubled = '2 * ' ~ whole('cast(' ~ price ~ ' as decimal(38, 6)) * 1000000') ~ ' * ' ~ d ~ ' + ' ~ n -%}
{%- set by = '2 * ' ~ whole(n) -%}
case when {{ doubled }} < {{ whole('1000000000000000000') }} * {{ by }} then cast({{ of_places(quotient(doubled, by), 6) }} as decimal(18, 6)) end
{%- endmacro %}

{# Whether alias a of corporate_actions is a split that is known on the day that is built. #}
{% macro is_split(a) %}{{ a }}.trade_date = {{ run_day() }} and {{ a }}.action = 'SPLIT' and {{ a }}.numerator is not null and {{ a }}.denominator is not null{% endmacro %}

{# Middle of two prices (18,6), rounded half away from zero. #}
{% macro middle(a, b) -%}
cast((cast({{ a }} as decimal(20, 6)) + {{ b }}) * cast('0.5' as decimal(2, 1)) as decimal(18, 6))
{%- endmacro %}

{# The greater of a number and nought, which stands for null, too. #}
{% macro not_negative(x) %}case when {{ x }} > 0 then {{ x }} else 0 end{% endmacro %}

{# Splits of alias a of corporate_actions as one: the columns numerator and denominator, each null when it is beyond 64 bits. #}
{% macro split_as_one(a) -%}
{{ product_of(a ~ '.numerator') }} as numerator,
{{ product_of(a ~ '.denominator') }} as denominator
{%- endmacro %}

{# A number of a check, whatever it counts or adds: where numbers of different scales meet in a union, places are lost. #}
{% macro checked(x) %}cast({{ x }} as decimal(38, 10)){% endmacro %}
