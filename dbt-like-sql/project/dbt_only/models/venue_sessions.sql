{{ config(materialized='ephemeral') }}
-- The venues' sessions around the day, from the calendars: the engine brings them itself.
select * from {{ source('dartlake', 'venue_sessions') }}
