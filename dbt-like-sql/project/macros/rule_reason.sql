{# A rule's name in words. #}
{% macro rule_reason(rule) -%}
case {{ rule }}
    when 'conflicting_duplicate' then 'another record with the same source and sequence came first and says something else'
    when 'unknown_reference' then 'the trade that it corrects or busts is not there'
    when 'reference_quarantined' then 'the trade that it corrects or busts is in quarantine'
    when 'instrument_known' then 'no reference record holds for this instrument at the close of the day'
    when 'currency_of_instrument' then 'it is in another currency than its instrument'
    when 'account_known' then 'no reference record holds for this account at the close of the day'
    when 'venue_known' then 'no calendar knows this venue'
    when 'known_in_time' then 'the source says that it knew this more than seven days away from the event'
    else concat('the row breaks the rule ', {{ rule }}, ' of its contract')
end
{%- endmacro %}
