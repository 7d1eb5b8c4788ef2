{# The day that is built, as a date. #}
{% macro run_day() %}date '{{ var("trade_date") }}'{% endmacro %}

{# Midnight UTC so many days before (after: negative) the day that is built, as a constant that scans can prune by. #}
{% macro midnight(days_before) %}({{ instant(var("trade_date") ~ ' 00:00:00') }} - interval '{{ days_before }}' day){% endmacro %}

{# Whether the time of alias t is within the window [starts_at, ends_at) of alias w. #}
{% macro within_day(t, w) %}({{ t }}.event_time >= {{ w }}.starts_at and {{ t }}.event_time < {{ w }}.ends_at){% endmacro %}

{# The order of all events. #}
{% macro event_order(t) %}{{ t }}.event_time, {{ t }}.source, {{ t }}.sequence{% endmacro %}

{# The day published before the one that is built; null on the first. Every published day has a row per account here. #}
{% macro previous_day() %}(select max(p.trade_date) from {{ previous('portfolio_summary') }} p where p.trade_date < {{ run_day() }}){% endmacro %}

{# A bound past the last instant of any venue's day: dates turn at 20:00 New York at the latest, which is before 02:00 UTC of the next day. #}
{% macro day_is_over() %}({{ midnight(-1) }} + interval '2' hour){% endmacro %}
