"""Computes silver and gold of a simulated demo again from its bronze tables, and compares every row and column with what was published:
the first publication of the first day at its tag, and the restated first and the second day as they stand.
Usage: pyiceberg python judge.py CATALOG_DB   Prints a line of JSON per table and publication, with what differs."""
import json
import sys
from decimal import Decimal as D

import gold
import risk
import silver
from lake import Day, Lake, before, cut

# Words, addresses and what the run itself says of its state.
NOT_COMPARED = {"silver.quarantine": ("reason", "row_json"), "gold.lots_eod": ("cut_positions",), "gold.option_greeks": ("volatility_reason",)}
KEYS = {
    **{f"silver.{name}": ("source", "sequence") for name in ("trades", "quotes", "option_quotes", "prints")}, **{f"silver.permit_{kind.lower()}": ("source", "sequence") for kind in silver.PERMIT},
    "silver.instruments": ("instrument",), "silver.accounts": ("account",), "silver.fx_fixings": ("pair",), "silver.rates": ("currency",), "silver.marks": ("instrument",),
    "silver.corporate_actions": ("instrument", "action", "ex_date"), "silver.prior_closes": ("instrument", "as_of"), "silver.venue_sessions": ("venue",),
    "silver.quarantine": ("table_name", "_kafka_partition", "_offset"), "gold.daily_pnl": ("account", "instrument"), "gold.lots_eod": ("account", "instrument", "lot_number"),
    "gold.positions_eod": ("account", "instrument"), "gold.portfolio_summary": ("account",), "gold.firm_summary": ("level", "desk"), "gold.exposure_summary": ("level", "desk", "account", "instrument_kind"),
    "gold.margin_flags": ("account",), "gold.ohlcv_1m": ("instrument", "minute"), "gold.risk_metrics": ("scope", "desk", "account"), "gold.option_greeks": ("instrument",), "gold.restatements": ("account",),
}


def built(date, bronze, ends, carried, yesterday, last_day, venues, greeks):
    """All tables of a day; then the lots that the next one begins with. Yesterday: the tables of the day before, none on the first. Greeks: as published, for they are judged by themselves."""
    day = Day(date)
    rows = {name: before(table, ends) for name, table in bronze.items()}
    newest, held = silver.references(rows["reference"], day)
    live, bad, _ = silver.trades(rows["trades"], day, held, venues)
    quotes, option_quotes, prints, official, broken = silver.market(rows["market_data"], day, held)
    marks = silver.marks(day, held, prints, quotes, option_quotes, official, newest)
    quarantine = [("silver.trades", rule, row) for rule, row in bad] + broken
    tables = {
        "silver.trades": live, "silver.quotes": quotes, "silver.option_quotes": option_quotes, "silver.prints": prints, "silver.marks": list(marks.values()),
        "silver.quarantine": [{"trade_date": date, "table_name": table, "rule": rule, "source": row["source"], "sequence": row["sequence"], "ingest_time": row["ingest_time"],
                               **silver.coordinates(row)} for table, rule, row in quarantine],
        "silver.venue_sessions": silver.sessions(day, venues), **silver.permit(rows["permit"], day, held), **silver.reference_tables(day, held, newest)}
    positions, mine = gold.book(day, held, newest, live, carried, last_day)
    pnl, lots, at_close = gold.money(day, held, marks, positions, mine, {(r["account"], r["instrument"]): r for r in yesterday.get("gold.daily_pnl", [])})
    portfolio = gold.portfolios(day, held, pnl, at_close, {r["account"]: r for r in yesterday.get("gold.portfolio_summary", [])})
    following = [risk.moved(position, greeks, held) for position in at_close]
    exposure = gold.exposures(day, held, following, tables["silver.permit_exposure"])
    tables |= {
        "gold.daily_pnl": pnl, "gold.lots_eod": lots, "gold.positions_eod": at_close, "gold.portfolio_summary": portfolio, "gold.firm_summary": gold.levels(day, portfolio), "gold.exposure_summary": exposure,
        "gold.margin_flags": gold.margins(day, held, exposure, tables["silver.permit_margin"]), "gold.ohlcv_1m": gold.bars(day, prints),
        "gold.risk_metrics": risk.metrics(day, held, following, risk.returns(tables["silver.prior_closes"], newest), [*yesterday.get("portfolios", []), portfolio]), "gold.option_greeks": risk.options(day, held, marks)}
    return tables | {"portfolios": [*yesterday.get("portfolios", []), portfolio]}, {key: list(p.lots) for key, p in positions.items() if p.lots}


def same(table, ours, theirs, row):
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, float):
        return abs(ours - theirs) <= abs(ours) * max(1e-12, row.get("relative_error", 0))
    # Risk has 8 places; a return comes out of a double there, whose 12th place may be one more or less.
    return ours == theirs or (table == "gold.risk_metrics" and isinstance(ours, D) and abs(ours - theirs) <= D("2e-8") + row["gross_value"] * D("1e-12"))


def compared(table, ours, theirs):
    """Differences in words, at most five."""
    key, left_out = KEYS[table], ("trade_date", *NOT_COMPARED.get(table, ()))
    mine, published = ({tuple(row[name] for name in key): row for row in rows} for rows in (ours, theirs))
    found = []
    if len(mine) != len(ours) or len(published) != len(theirs):
        found.append(f"a key is not unique: {len(ours)} rows with {len(mine)} keys here, {len(theirs)} with {len(published)} there")
    found += [f"{k} is not published" for k in sorted(mine.keys() - published.keys(), key=str)] + [f"{k} is published but not found" for k in sorted(published.keys() - mine.keys(), key=str)]
    for k in mine.keys() & published.keys():
        names = [name for name in published[k] if name not in left_out]
        found += [f"{k} {name}: {mine[k][name]} here, {published[k][name]} published" for name in names if not same(table, mine[k][name], published[k][name], mine[k])]
    return found


def main():
    lake = Lake(sys.argv[1])
    bronze = {name: lake.rows(f"bronze.{name}") for name in ("trades", "market_data", "reference", "permit")}
    holes = lake.rows("ops.log_holes")
    sessions = lake.rows("silver.venue_sessions")
    venues = {row["venue"] for row in sessions}
    first, second = sorted({row["trade_date"] for row in sessions})
    published = {name: lake.rows(name) for name in KEYS}

    def judge(date, tables, read, publication):
        for name, rows in tables.items():
            if name not in KEYS:
                continue
            found = compared(name, rows, [row for row in read(name) if row["trade_date"] == date])
            print(json.dumps({"publication": publication, "table": name, "rows": len(rows), "differences": len(found), "examples": found[:5]}), flush=True)

    tag = f"eod-{first}"
    greeks = lambda rows, date: {row["instrument"]: row for row in rows if row["trade_date"] == date}
    once, _ = built(first, bronze, cut(holes, first), {}, {}, None, venues, greeks(lake.rows("gold.option_greeks", tag), first))
    judge(first, once | {"gold.restatements": []}, lambda name: lake.rows(name, tag), tag)
    again, lots = built(first, bronze, cut(holes, second), {}, {}, None, venues, greeks(published["gold.option_greeks"], first))
    again["gold.restatements"] = gold.restatements(Day(first), once["gold.portfolio_summary"], again["gold.portfolio_summary"])
    judge(first, again, published.get, f"{tag}-r2")
    then, _ = built(second, bronze, cut(holes, second), lots, again, first, venues, greeks(published["gold.option_greeks"], second))
    judge(second, then | {"gold.restatements": []}, published.get, f"eod-{second}")


main()
