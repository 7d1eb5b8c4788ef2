"""All tables of a day out of bronze, and how they are compared with what was published."""
from decimal import Decimal as D

import gold
import risk
import silver
from lake import Day

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


def built(date, rows, past, venues, greeks):
    """All tables of a day out of the bronze rows before its cut, in the order of the log. Past: the tables of the days before, by date, in order. Greeks: as published, for they are judged by themselves."""
    day, last_day = Day(date), max(past, default=None)
    yesterday = past.get(last_day, {})
    carried = yesterday.get("lots", {})
    newest, held = silver.references(rows["reference"], day, {("ACCOUNT", a) for a, _ in carried} | {("INSTRUMENT", i) for _, i in carried})
    live, bad, _ = silver.trades(rows["trades"], day, held, venues)
    quotes, option_quotes, prints, official, broken = silver.market(rows["market_data"], day, held)
    past_marks = {d: {m["instrument"]: m for m in tables["silver.marks"]} for d, tables in past.items()}
    marks = silver.marks(day, held, prints, quotes, option_quotes, official, newest, past_marks)
    statements, unknown = silver.permit(rows["permit"], day, held)
    quarantine = [("silver.trades", rule, row) for rule, row in bad] + broken + unknown + silver.broken_references(rows["reference"], day)
    tables = {
        "silver.trades": live, "silver.quotes": quotes, "silver.option_quotes": option_quotes, "silver.prints": prints, "silver.marks": list(marks.values()),
        "silver.quarantine": [{"trade_date": date, "table_name": table, "rule": rule, "source": row["source"], "sequence": row["sequence"], "ingest_time": row["ingest_time"],
                               **silver.coordinates(row)} for table, rule, row in quarantine],
        "silver.venue_sessions": silver.sessions(day, venues), **statements, **silver.reference_tables(day, held, newest, past_marks)}
    positions, mine = gold.book(day, held, newest, live, carried, last_day)
    pnl, lots, at_close = gold.money(day, held, marks, positions, mine, {(r["account"], r["instrument"]): r for r in yesterday.get("gold.daily_pnl", [])})
    portfolio = gold.portfolios(day, held, pnl, at_close, {r["account"]: r for r in yesterday.get("gold.portfolio_summary", [])})
    following = [risk.moved(position, greeks, held) for position in at_close]
    exposure = gold.exposures(day, held, following, tables["silver.permit_exposure"])
    tables |= {
        "gold.daily_pnl": pnl, "gold.lots_eod": lots, "gold.positions_eod": at_close, "gold.portfolio_summary": portfolio, "gold.firm_summary": gold.levels(day, portfolio), "gold.exposure_summary": exposure,
        "gold.margin_flags": gold.margins(day, held, exposure, tables["silver.permit_margin"]), "gold.ohlcv_1m": gold.bars(day, prints),
        "gold.risk_metrics": risk.metrics(day, held, following, risk.returns(tables["silver.prior_closes"], newest), [*(tables["gold.portfolio_summary"] for tables in past.values()), portfolio]), "gold.option_greeks": risk.options(day, held, marks)}
    return tables | {"lots": {key: list(p.lots) for key, p in positions.items() if p.lots}}


def same(table, ours, theirs, row):
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, float):
        return abs(ours - theirs) <= abs(ours) * max(1e-12, row.get("relative_error", 0))
    # Risk has 8 places; a return comes out of a double there, whose 12th place may be one more or less.
    return ours == theirs or (table == "gold.risk_metrics" and isinstance(ours, D) and abs(ours - theirs) <= D("2e-8") + row["gross_value"] * D("1e-12"))


def compared(table, ours, theirs):
    """Differences in words, at most five."""
    key, left_out = KEYS[table], ("trade_date", "publication", *NOT_COMPARED.get(table, ()))
    mine, published = ({tuple(row[name] for name in key): row for row in rows} for rows in (ours, theirs))
    found = []
    if len(mine) != len(ours) or len(published) != len(theirs):
        found.append(f"a key is not unique: {len(ours)} rows with {len(mine)} keys here, {len(theirs)} with {len(published)} there")
    found += [f"{k} is not published" for k in sorted(mine.keys() - published.keys(), key=str)] + [f"{k} is published but not found" for k in sorted(published.keys() - mine.keys(), key=str)]
    for k in mine.keys() & published.keys():
        names = [name for name in published[k] if name not in left_out]
        found += [f"{k} {name}: {mine[k][name]} here, {published[k][name]} published" for name in names if not same(table, mine[k][name], published[k][name], mine[k])]
    return found
