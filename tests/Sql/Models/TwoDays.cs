using Dart.Lake.Orchestration;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>
/// Two trading days, Friday and Monday, made of hashes: few accounts and instruments, so that
/// positions turn often; corrections, of which many move their trade, and busts (some of Friday's trades on Monday), duplicates,
/// conflicting duplicates, rows that break a rule, and two splits since Friday, 3:1 and 7:2.
/// </summary>
internal static class TwoDays
{
    public const int Instruments = 7, Accounts = 4, FridayTrades = 4000, Trades = 20_000;
    public static readonly DateOnly Friday = new(2026, 9, 18), Monday = new(2026, 9, 21);

    /// <summary>Sequence of a correction, a bust: that of the NEW plus this.</summary>
    const int CorrectionsFrom = 1_000_000, BustsFrom = 2_000_000;

    static string Currency(string instrument) => $"case when {instrument} % {Instruments} = 5 then 'EUR' else 'USD' end";

    static string Day(string when) => $"case when {when} then timestamptz '2026-09-18 14:00:00+00' else timestamptz '2026-09-21 14:00:00+00' end";

    /// <summary>Makes the view <c>sent</c>: what was sent of trades, with the day on which it was (1 or 2) and the order.</summary>
    public static string Sent { get; } = $"""
        create or replace temp view sent as
        with news as (
            select 'NEW' as kind, 'A' || hash(i, 1) % {Accounts} as account, 'I' || hash(i, 2) % {Instruments} as instrument,
                {Day($"i < {FridayTrades}")} + to_microseconds(cast(hash(i, 3) % 20000000000 as bigint)) as event_time, 'desk' || hash(i, 4) % 2 as source, i as sequence,
                cast(null as bigint) as ref_sequence, case when hash(i, 5) % 2 = 0 then 'BUY' else 'SELL' end as side,
                case when i % 701 = 0 then -1 else 1 end * cast(hash(i, 6) % 100000 + 1 as decimal(18, 0)) * 0.0123 as price,
                cast(hash(i, 7) % 50 + 1 as decimal(18, 4)) as quantity, cast(hash(i, 8) % 300 as decimal(18, 0)) * 0.010001 as fee, {Currency("hash(i, 2)")} as currency, 'XNAS' as venue,
                case when i < {FridayTrades} then 1 else 2 end as day, hash(i, 9) as arrival
            from range({Trades}) t(i)
        ),
        changes as (
            select n.* replace ('CORRECT' as kind, n.sequence + {CorrectionsFrom} as sequence, n.sequence as ref_sequence,
                case when hash(n.sequence, 16) % 3 = 0 then 'A' || hash(n.sequence, 17) % {Accounts} else n.account end as account,
                case when hash(n.sequence, 18) % 3 = 0 then 'I' || hash(n.sequence, 19) % {Instruments} else n.instrument end as instrument,
                case when hash(n.sequence, 18) % 3 = 0 then {Currency("hash(n.sequence, 19)")} else n.currency end as currency, case when hash(n.sequence, 11) % 9 = 0 and n.side = 'BUY' then 'SELL' else n.side end as side,
                abs(n.price) * 1.01 as price, n.quantity + cast(hash(n.sequence, 12) % 40 as decimal(18, 4)) as quantity,
                case when n.sequence % 194 = 0 then timestamptz '2026-09-21 15:00:00+00' else n.event_time end as event_time,
                case when n.sequence % 194 = 0 then 2 else n.day end as day, hash(n.sequence, 13) as arrival)
            from news n where n.sequence % 97 = 0
            union all
            select n.* replace ('BUST' as kind, n.sequence + {BustsFrom} as sequence, n.sequence as ref_sequence, null as side, null as price, null as quantity, null as fee,
                case when n.sequence % 262 = 0 then timestamptz '2026-09-21 15:00:00+00' else n.event_time end as event_time,
                case when n.sequence % 262 = 0 then 2 else n.day end as day, hash(n.sequence, 14) as arrival)
            from news n where n.sequence % 131 = 0
        ),
        once as (select * from news union all select * from changes),
        again as (
            select * replace (arrival + 7 as arrival) from once where sequence % 89 = 0 and arrival < 18000000000000000000
            union all
            select * replace (price + 1 as price, hash(sequence, 15) as arrival) from once where sequence % 503 = 0 and price is not null
        )
        select *, event_time + to_milliseconds(sequence % 1000 + 1) as ingest_time from (select * from once union all select * from again)
        """;

    /// <summary>
    /// Reference data of both days, of kinds and columns as bronze has
    /// them; I2 is a call and I3 a put on I0 at 300 that expire on Friday.
    /// </summary>
    public static string Reference { get; } = $"""
        select * replace (case when kind = 'INSTRUMENT' and id in ('I2', 'I3') then 'OPTION' else instrument_kind end as instrument_kind),
            case when kind = 'INSTRUMENT' and id in ('I2', 'I3') then 'I0' end as underlying, cast(300 as decimal(18, 6)) as strike, date '2026-09-18' as expiry,
            case when id = 'I2' then 'CALL' else 'PUT' end as option_right, timestamptz '2026-09-18 11:00:00+00' as event_time, timestamptz '2026-09-18 11:00:01+00' as ingest_time, 'ref' as source, row_number() over (order by kind, id, as_of) as sequence
        from (
            select 'INSTRUMENT' as kind, 'I' || i as id, timestamptz '2020-01-01 00:00:00+00' as valid_from, 'EQUITY' as instrument_kind, case when i = 5 then 'EUR' else 'USD' end as currency,
                cast(null as varchar) as to_currency, 'XNAS' as venue, case when i = 6 then 100 else 1 end as multiplier, cast(null as varchar) as desk, cast(null as varchar) as action,
                cast(null as bigint) as numerator, cast(null as bigint) as denominator, cast(null as date) as as_of, cast(null as decimal(18, 6)) as value
            from range({Instruments}) t(i)
            union all
            select 'ACCOUNT', 'A' || i, timestamptz '2020-01-01 00:00:00+00', null, case when i = 0 then 'EUR' else 'USD' end, null, null, null, 'desk' || i % 2, null, null, null, null, null
            from range({Accounts}) t(i)
            union all
            select 'FX_FIXING', f.pair, timestamptz '2020-01-01 00:00:00+00', null, f.pair[1:3], f.pair[4:6], null, null, null, null, null, null, null, f.rate
            from (values ('EURUSD', 1.083456), ('USDEUR', 0.922977)) f(pair, rate)
            union all
            select 'PRIOR_CLOSE', 'I' || i, timestamptz '2026-09-17 20:00:00+00' - to_days(cast(d as integer)), null, null, null, null, null, null, null, null, null, date '2026-09-17' - cast(d as integer),
                cast(100 + hash(i, d) % 50 as decimal(18, 6))
            from range({Instruments}) t(i), range(40) u(d)
            union all
            select 'CORPORATE_ACTION', 'I1', s.ex_date, null, null, null, null, null, null, 'SPLIT', s.numerator, s.denominator, s.ex_date, null
            from (values (date '2026-09-20', 3, 1), (date '2026-09-21', 7, 2)) s(ex_date, numerator, denominator)
        )
        """;

    /// <summary>Official marks of a day.</summary>
    public static string Marks(DateOnly day) => $"""
        select 'MARK' as kind, 'I' || i as instrument, timestamptz '{day:yyyy-MM-dd} 20:10:00+00' as event_time, timestamptz '{day:yyyy-MM-dd} 20:10:00+00' as ingest_time, 'feed' as source,
            cast(hash(i, '{day:yyyy-MM-dd}') % 1000000 as bigint) as sequence, cast(hash(i, '{day:yyyy-MM-dd}') % 100000 + 1 as decimal(18, 0)) * 0.01 as price
        from range({Instruments}) t(i)
        """;

    /// <summary>Sends both days with an end of day after each.</summary>
    public static async Task SendAsync(MartsLake lake, int partitions, int commits)
    {
        await lake.PrepareAsync(Sent);
        await lake.AppendAsync("bronze.reference", "reference_raw", Reference, "sequence", "id", partitions);
        foreach (var (day, number) in new[] { (Friday, 1), (Monday, 2) })
        {
            await lake.AppendAsync("bronze.trades", "trades_raw", $"select * exclude (day, arrival), arrival from sent where day = {number}", "arrival, price", "account", partitions, commits);
            await lake.AppendAsync("bronze.market_data", "market_data_raw", Marks(day), "sequence", "instrument", partitions);
            var result = await lake.EndOfDayAsync(day);
            Assert.True(
                result.Outcome == Orchestration.EndOfDayOutcome.Published,
                string.Join("; ", result.Differences.Concat(result.Audits.Where(a => a.Status != "pass").Select(a => a.ToString()))));
        }
    }
}
