select
    {{ run_day() }} as trade_date,
    coalesce(a.desk, '') as desk,
    p.account, p.instrument, p.currency,
    row_number() over (partition by p.account, p.instrument order by p.opening) as lot_number,
    p.opening_source as source, p.opening_sequence as sequence, p.opening_time as event_time, p.opening_price as price,
    cast({{ signed('p.side', 'p.quantity') }} as decimal(18, 4)) as quantity,
    cast({{ signed('p.side', 'p.cost') }} as decimal(38, 10)) as cost,
    p.adjusted, p.multiplier,
    v.cut_positions
from {{ ref('fifo_pieces') }} p
left join {{ ref('accounts') }} a on a.trade_date = {{ run_day() }} and a.account = p.account
cross join {{ ref('cut_positions') }} v
where p.closing is null
