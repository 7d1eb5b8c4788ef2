"""Silver of a day out of bronze rows, by docs/data.md alone: dictionaries and loops, no SQL."""
from decimal import Decimal as D

from lake import COORDINATES, CURRENCIES, place

TRADE = ("kind", "account", "instrument", "event_time", "ingest_time", "source", "sequence", "ref_sequence", "side", "price", "quantity", "fee", "currency", "venue")
MARKET = ("kind", "instrument", "event_time", "ingest_time", "source", "sequence", "venue", "bid", "bid_size", "ask", "ask_size", "price", "size", "condition", "suspicious")
NO_PRICE = 0x200 | 0x40000 | 0x1000000
HOME = "XNYS"
WEEK = 604_800_000_000


def order(row):
    return row["event_time"], row["source"], row["sequence"]


def version(row):
    return row["ingest_time"], row["sequence"]


def coordinates(row):
    return {name: row[name] for name in COORDINATES}


def once(rows, payload):
    """(first copies, rows that say something else under the same source and sequence, number of equal copies); rows in log order."""
    first, conflicts, copies = {}, [], 0
    for row in rows:
        key = (row["source"], row["sequence"])
        if key not in first:
            first[key] = row
        elif all(row[name] == first[key][name] for name in payload):
            copies += 1
        else:
            conflicts.append(row)
    return list(first.values()), conflicts, copies


def references(rows, day):
    """Newest version per kind, id, valid_from and date (of an action: kind, id, action, ex date), and what holds at the close."""
    newest = {}
    for row in rows:
        key = (row["kind"], row["id"], *((row["action"], row["as_of"]) if row["kind"] == "CORPORATE_ACTION" else (row["valid_from"], row["as_of"])))
        if key not in newest or version(row) > version(newest[key]):
            newest[key] = row
    held = {}
    for row in newest.values():
        if row["valid_from"] <= day.closes and (row["valid_to"] is None or day.closes < row["valid_to"]):
            key = (row["kind"], row["id"])
            if key not in held or (row["valid_from"], *version(row)) > (held[key]["valid_from"], *version(held[key])):
                held[key] = row
    return newest, {kind: {key[1]: row for key, row in held.items() if key[0] == kind} for kind in ("INSTRUMENT", "ACCOUNT", "FX_FIXING", "RATE")}


def in_range(value, low, high):
    return value is None or D(low) <= value <= D(high)


def rules_of_a_trade(row, held, venues):
    checks = (
        ("price_present", row["price"] is not None), ("price_in_range", in_range(row["price"], "0.000001", "1000000")),
        ("quantity_present", row["quantity"] is not None), ("quantity_in_range", in_range(row["quantity"], "0.0001", "100000000")),
        ("side_present", row["side"] is not None), ("side_known", row["side"] in (None, "BUY", "SELL")), ("fee_present", row["fee"] is not None),
        ("instrument_known", row["instrument"] in held["INSTRUMENT"]),
        ("currency_of_instrument", row["instrument"] in held["INSTRUMENT"] and row["currency"] in (None, held["INSTRUMENT"][row["instrument"]]["currency"])), ("account_known", row["account"] in held["ACCOUNT"]),
        ("venue_known", row["venue"] in venues), ("known_in_time", abs(row["ingest_time"] - row["event_time"]) <= WEEK))
    return next((name for name, sound in checks if not sound), None)


def trades(rows, day, held, venues):
    """Live trades and quarantined rows of the day, and the day's count of every class of bronze row."""
    copies, conflicts, _ = once(rows, TRADE)
    news = {(row["source"], row["sequence"]): row for row in copies if row["kind"] == "NEW"}
    amendments = {}
    bad, live, folded = [], [], 0
    for row in conflicts:
        if day.owns(row["venue"], row["event_time"]):
            bad.append(("conflicting_duplicate", row))
    for row in copies:
        if row["kind"] == "NEW":
            continue
        key = (row["source"], row["ref_sequence"])
        if key in news:
            amendments.setdefault(key, []).append(row)
        elif day.owns(row["venue"], row["event_time"]):
            bad.append(("unknown_reference", row))
    for key, new in news.items():
        if not day.owns(new["venue"], new["event_time"]):
            continue
        chain = amendments.get(key, [])
        broken = rules_of_a_trade(new, held, venues)
        if broken:
            bad.append((broken, new))
            bad.extend(("reference_quarantined", row) for row in chain)
            continue
        corrects, busted = [], False
        for row in chain:
            if row["kind"] == "BUST":
                busted = True
                folded += 1
                continue
            broken = rules_of_a_trade(row, held, venues)
            if broken:
                bad.append((broken, row))
            else:
                corrects.append(row)
                folded += 1
        if busted:
            folded += 1
            continue
        last = max(corrects, key=version) if corrects else new
        live.append({
            "trade_date": day.date, **{name: new[name] for name in ("event_time", "source", "sequence", "ingest_time")},
            **{name: last[name] for name in ("account", "instrument", "currency", "venue", "side", "price", "quantity", "fee")}, "known_time": last["ingest_time"], "version_sequence": last["sequence"],
            "corrections": len(corrects), **coordinates(new)})
    return live, bad, folded


def market(rows, day, held):
    """Quotes, option quotes, prints and official marks of the day, each once, and what is quarantined of them."""
    instruments = held["INSTRUMENT"]
    copies, conflicts, _ = once(rows, MARKET)
    quotes, option_quotes, prints, official, bad = [], [], [], {}, []

    def mine(row):
        instrument = instruments.get(row["instrument"])
        return day.owns(instrument["venue"] if instrument else HOME, row["event_time"])

    bad.extend((table_of(row, instruments), "conflicting_duplicate", row) for row in conflicts if mine(row))
    for row in copies:
        if not mine(row):
            continue
        instrument = instruments.get(row["instrument"])
        base = {"trade_date": day.date, **{name: row[name] for name in ("instrument", "event_time", "source", "sequence", "venue", "ingest_time")}, **coordinates(row)}
        if row["kind"] == "QUOTE":
            broken = "instrument_known" if instrument is None else "bid_in_range" if not in_range(row["bid"], 0, 10**7) else "ask_in_range" if not in_range(row["ask"], 0, 10**7) else None
            base |= {name: row[name] for name in ("bid", "bid_size", "ask", "ask_size")}
            if broken:
                bad.append((table_of(row, instruments), broken, row))
            elif instrument["instrument_kind"] == "OPTION":
                option_quotes.append(base | {name: instrument[name] for name in ("underlying", "expiry", "strike", "option_right")})
            else:
                quotes.append(base)
        elif row["kind"] == "PRINT":
            checks = (("instrument_known", instrument is not None), ("price_present", row["price"] is not None), ("price_in_range", in_range(row["price"], "0.000001", 10**7)),
                      ("size_present", row["size"] is not None), ("size_in_range", in_range(row["size"], 0, 10**9)))
            broken = next((name for name, sound in checks if not sound), None)
            if broken:
                bad.append(("silver.prints", broken, row))
                continue
            doubtful = bool(row["suspicious"])
            eligible = not doubtful and not (row["condition"] is not None and int(row["condition"], 16) & NO_PRICE)
            prints.append(base | {"price": row["price"], "size": row["size"], "condition": row["condition"], "suspicious": doubtful, "eligible": eligible})
        elif instrument is not None and row["price"] is not None and (row["instrument"] not in official or order(row) > order(official[row["instrument"]])):
            official[row["instrument"]] = row
    return quotes, option_quotes, prints, official, bad


def table_of(row, instruments):
    if row["kind"] == "PRINT":
        return "silver.prints"
    option = row["instrument"] in instruments and instruments[row["instrument"]]["instrument_kind"] == "OPTION"
    return "silver.option_quotes" if option else "silver.quotes"


def marks(day, held, prints, quotes, option_quotes, official, newest):
    """Official mark, else last eligible print, else middle of the last quote with both sides, else the mark before."""
    last_print, last_quote, prior = {}, {}, {}
    for row in prints:
        if row["eligible"] and (row["instrument"] not in last_print or order(row) > order(last_print[row["instrument"]])):
            last_print[row["instrument"]] = row
    for row in quotes + option_quotes:
        if row["bid"] is not None and row["ask"] is not None and (row["instrument"] not in last_quote or order(row) > order(last_quote[row["instrument"]])):
            last_quote[row["instrument"]] = row
    for row in newest.values():
        if row["kind"] in ("PRIOR_CLOSE", "MARK") and (row["as_of"] < day.date or row["kind"] == "MARK" and row["as_of"] == day.date) and (row["id"] not in prior or (row["as_of"], *close_rank(row)) > (prior[row["id"]]["as_of"], *close_rank(prior[row["id"]]))):
            prior[row["id"]] = row
    found = {}
    for instrument in held["INSTRUMENT"]:
        if instrument in official:
            mark, origin, time = official[instrument]["price"], "OFFICIAL", official[instrument]["event_time"]
        elif instrument in last_print:
            mark, origin, time = last_print[instrument]["price"], "PRINT", last_print[instrument]["event_time"]
        elif instrument in last_quote:
            quote = last_quote[instrument]
            mark, origin, time = (quote["bid"] + quote["ask"]) / 2, "MID", quote["event_time"]
        elif instrument in prior:
            mark, origin, time = prior[instrument]["value"], "PRIOR", prior[instrument]["event_time"]
        else:
            continue
        found[instrument] = {"trade_date": day.date, "instrument": instrument, "mark": mark, "mark_source": origin, "mark_time": time,
                             "as_of": prior[instrument]["as_of"] if origin == "PRIOR" else day.date}
    return found


PERMIT = {
    "POSITION": {"instrument": "instrument", "quantity": "quantity", "average_price": "price", "market_value": "amount", "currency": "currency"},
    "EXPOSURE": {"measure": "measure", "amount": "amount", "currency": "currency"}, "RISK": {"measure": "measure", "amount": "amount", "currency": "currency"},
    "MARGIN": {"required": "amount", "available": "available", "currency": "currency"}, "INTERACTION": {"channel": "channel", "counterparty": "counterparty", "note": "note"},
    "TRADE": {"instrument": "instrument", "side": "side", "quantity": "quantity", "price": "price", "currency": "currency", "trade_source": "trade_source", "trade_sequence": "trade_sequence"},
}


def permit(rows, day, held):
    tables = {f"silver.permit_{kind.lower()}": [] for kind in PERMIT}
    copies, _, _ = once(rows, [name for name in rows[0] if not name.startswith("_")])
    for row in copies:
        if day.owns(HOME, row["event_time"]) and row["account"] in held["ACCOUNT"]:
            tables[f"silver.permit_{row['kind'].lower()}"].append(
                {"trade_date": day.date, **{name: row[name] for name in ("account", "event_time", "source", "sequence", "ingest_time")},
                 **{name: row[of] for name, of in PERMIT[row["kind"]].items()}, **coordinates(row)})
    return tables


def reference_tables(day, held, newest):
    def base(row):
        return {"trade_date": day.date, **{name: row[name] for name in ("valid_from", "valid_to", "source", "sequence", "ingest_time")}}

    # no record of the simulated days ends
    instruments = [base(r) | {"ended": False, "instrument": r["id"], "kind": r["instrument_kind"]} | {n: r[n] for n in ("name", "currency", "venue", "underlying", "strike", "expiry", "option_right", "exercise", "multiplier")}
                   for r in held["INSTRUMENT"].values()]
    accounts = [base(r) | {"ended": False, "account": r["id"]} | {n: r[n] for n in ("name", "desk", "currency", "margin_limit")} for r in held["ACCOUNT"].values()]
    fixings = [base(r) | {"pair": r["id"], "from_currency": r["currency"], "to_currency": r["to_currency"], "rate": r["value"], "as_of": r["as_of"]} for r in held["FX_FIXING"].values()]
    rates = [base(r) | {"currency": r["id"], "rate": r["value"]} for r in held["RATE"].values()]
    actions = [base(r) | {"instrument": r["id"], "action": r["action"], "ex_date": r["as_of"], "numerator": r["numerator"], "denominator": r["denominator"], "amount": r["value"]}
               for r in newest.values() if r["kind"] == "CORPORATE_ACTION"]
    return {"silver.instruments": instruments, "silver.accounts": accounts, "silver.fx_fixings": fixings, "silver.rates": rates, "silver.corporate_actions": actions,
            "silver.prior_closes": prior_closes(day, newest)}


def close_rank(row):
    return row["kind"] == "MARK", *version(row)


def prior_closes(day, newest):
    """Of a date an official mark counts before a prior close, of two alike the newer."""
    best = {}
    for row in newest.values():
        if row["kind"] in ("PRIOR_CLOSE", "MARK") and row["as_of"] < day.date:
            key = (row["id"], row["as_of"])
            if key not in best or close_rank(row) > close_rank(best[key]):
                best[key] = row
    by_instrument = {}
    for (instrument, as_of), row in best.items():
        by_instrument.setdefault(instrument, []).append((as_of, row))
    return [{"trade_date": day.date, "instrument": instrument, "as_of": as_of, "close": row["value"], "origin": row["kind"]}
            for instrument, closes in by_instrument.items() for as_of, row in sorted(closes, key=lambda close: close[0])[-500:]]


def sessions(day, venues):
    def of(venue):
        start, end = day.window(venue)
        closes = end if venue == CURRENCIES else day.closes
        return {"trade_date": day.date, "venue": venue, "starts_at": start, "ends_at": end, "opens_at": day.opens_at(venue), "closes_at": closes, "calendar_version": 1}
    return [of(venue) for venue in venues]
