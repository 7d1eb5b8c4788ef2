-- A position that nothing prices would silently count nothing.
select * from {{ ref('positions_eod') }} where mark is null
