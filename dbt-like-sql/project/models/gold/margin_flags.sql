with stated as (
    select
        m.*,
        row_number() over (partition by m.account order by m.event_time desc, m.source desc, m.sequence desc) as place
    from {{ ref('permit_margin') }} m
    where m.trade_date = {{ run_day() }}
)
select
    {{ run_day() }} as trade_date,
    a.desk, a.account, coalesce(m.currency, a.currency) as currency, m.event_time as stated_at, m.required, m.available,
    case when m.required > m.available then m.required - m.available when m.required is not null then 0 end as shortfall,
    coalesce(m.available < m.required, false) as margin_call,
    s.gross_value as gross, a.margin_limit,
    coalesce(s.gross_value > a.margin_limit, false) as over_limit
from {{ ref('accounts') }} a
join {{ ref('portfolio_summary') }} s on s.trade_date = {{ run_day() }} and s.account = a.account
left join stated m on m.account = a.account and m.place = 1
where a.trade_date = {{ run_day() }}
