"""Silver of a day out of bronze rows, by docs/data.md alone: dictionaries and loops, no SQL."""
from decimal import ROUND_HALF_UP, Decimal as D

import trading
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


def rule_of_a_reference(row):
    """(table, rule) that a record of reference data breaks, or None."""
    value, kind = row["value"], row["kind"]
    checks = {
        "INSTRUMENT": ("silver.instruments", (("currency_present", row["currency"] is not None), ("venue_present", row["venue"] is not None), ("multiplier_in_range", in_range(row["multiplier"], "0.0001", 10**9)))),
        "ACCOUNT": ("silver.accounts", (("currency_present", row["currency"] is not None),)),
        "FX_FIXING": ("silver.fx_fixings", (("from_currency_present", row["currency"] is not None), ("to_currency_present", row["to_currency"] is not None),
                                            ("rate_present", value is not None), ("rate_in_range", in_range(value, "0.000001", 10**9)))),
        "RATE": ("silver.rates", (("rate_present", value is not None),)),
        "CORPORATE_ACTION": ("silver.corporate_actions", (("action_present", row["action"] is not None), ("ex_date_present", row["as_of"] is not None),
                                                          ("numerator_in_range", in_range(row["numerator"], 1, 10**9)), ("denominator_in_range", in_range(row["denominator"], 1, 10**9)))),
        "PRIOR_CLOSE": ("silver.prior_closes", (("close_present", value is not None), ("close_in_range", in_range(value, "0.000001", 10**7)))),
    }
    table, rules = checks["PRIOR_CLOSE" if kind == "MARK" else kind]
    return next(((table, name) for name, sound in rules if not sound), None)


def currencies(rows):
    """The currencies that instruments have or had, by the newest version of each of their records."""
    newest, found = {}, {}
    for row in rows:
        if row["kind"] == "INSTRUMENT" and not rule_of_a_reference(row):
            key = (row["id"], row["valid_from"], row["as_of"], row["action"])
            if key not in newest or version(row) > version(newest[key]):
                newest[key] = row
    for row in newest.values():
        if row["currency"] is not None:
            found.setdefault(row["id"], set()).add(row["currency"])
    return found


def is_in_another_currency(row, known):
    return row["kind"] in ("PRIOR_CLOSE", "MARK") and row["currency"] is not None and row["id"] in known and row["currency"] not in known[row["id"]]


def broken_references(rows, day):
    """Records of reference data that count nowhere, of the day on which they were published: (table, rule, row)."""
    known = currencies(rows)
    broken = [(rule_of_a_reference(row) or (is_in_another_currency(row, known) and ("silver.prior_closes", "currency_of_instrument")), row) for row in rows if day.owns(HOME, row["event_time"])]
    return [(table_and_rule[0], table_and_rule[1], row) for table_and_rule, row in broken if table_and_rule]


def references(rows, day, open_names):
    """Newest version per kind, id, valid_from and date (of an action: kind, id, action, ex date) of what keeps the rules; what holds at the close, of what is open (kind, id) its last record though it has ended."""
    newest, known = {}, currencies(rows)
    for row in rows:
        if rule_of_a_reference(row) or is_in_another_currency(row, known):
            continue
        key = (row["kind"], row["id"], *((row["action"], row["as_of"]) if row["kind"] == "CORPORATE_ACTION" else (row["valid_from"], row["as_of"])))
        if key not in newest or version(row) > version(newest[key]):
            newest[key] = row
    held, last = {}, {}
    for row in newest.values():
        key = (row["kind"], row["id"])
        began = (row["valid_from"], *version(row))
        if row["valid_from"] <= day.closes:
            if key not in last or began > last[key][0]:
                last[key] = began, row
            if (row["valid_to"] is None or day.closes < row["valid_to"]) and (key not in held or began > held[key][0]):
                held[key] = began, row
    found = {key: row | {"ended": False} for key, (_, row) in held.items()}
    found |= {key: last[key][1] | {"ended": True} for key in open_names if key not in held and key in last}
    return newest, {kind: {key[1]: row for key, row in found.items() if key[0] == kind} for kind in ("INSTRUMENT", "ACCOUNT", "FX_FIXING", "RATE")}


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
        else:
            checks = (("instrument_known", instrument is not None), ("mark_present", row["price"] is not None), ("mark_in_range", in_range(row["price"], "0.000001", 10**7)))
            broken = next((name for name, sound in checks if not sound), None)
            if broken:
                bad.append(("silver.marks", broken, row))
            elif row["instrument"] not in official or order(row) > order(official[row["instrument"]]):
                official[row["instrument"]] = row
    return quotes, option_quotes, prints, official, bad


def table_of(row, instruments):
    if row["kind"] in ("PRINT", "MARK"):
        return "silver.prints" if row["kind"] == "PRINT" else "silver.marks"
    option = row["instrument"] in instruments and instruments[row["instrument"]]["instrument_kind"] == "OPTION"
    return "silver.option_quotes" if option else "silver.quotes"


def adjusted(price, newest, instrument, after, until):
    """A price of before the splits of (after, until], at 6 places."""
    new = old = 1
    for row in newest.values():
        if row["kind"] == "CORPORATE_ACTION" and row["action"] == "SPLIT" and row["id"] == instrument and after < row["as_of"] <= until:
            new, old = new * row["numerator"], old * row["denominator"]
    return price if new == old else (price * old / new).quantize(D("0.000001"), ROUND_HALF_UP)


def marks(day, held, prints, quotes, option_quotes, official, newest, past):
    """Official mark, else last eligible print, else middle of the last quote with both sides, else the newest mark before; what an expired option paid. Past: marks by instrument, of the days before."""
    last_print, last_quote = {}, {}
    for row in prints:
        if row["eligible"] and (row["instrument"] not in last_print or order(row) > order(last_print[row["instrument"]])):
            last_print[row["instrument"]] = row
    for row in quotes + option_quotes:
        if row["bid"] is not None and row["ask"] is not None and (row["instrument"] not in last_quote or order(row) > order(last_quote[row["instrument"]])):
            last_quote[row["instrument"]] = row
    prior = marks_before(day, newest, past)
    found = {}
    for instrument in held["INSTRUMENT"]:
        as_of = day.date
        if instrument in official:
            mark, origin, time = official[instrument]["price"], "OFFICIAL", official[instrument]["event_time"]
        elif instrument in last_print:
            mark, origin, time = last_print[instrument]["price"], "PRINT", last_print[instrument]["event_time"]
        elif instrument in last_quote:
            quote = last_quote[instrument]
            mark, origin, time = (quote["bid"] + quote["ask"]) / 2, "MID", quote["event_time"]
        elif instrument in prior:
            as_of, mark, time = prior[instrument]
            mark, origin = adjusted(mark, newest, instrument, as_of, day.date), "PRIOR"
        else:
            continue
        found[instrument] = {"trade_date": day.date, "instrument": instrument, "mark": mark, "mark_source": origin, "mark_time": time, "as_of": as_of}
    return found | expired(day, held, found, newest, past)


def marks_before(day, newest, past, until=None):
    """By instrument (as of, price, time) of the newest mark before the day (and up to another): of a day's own rows, else of the reference feed."""
    best = {}
    for row in newest.values():
        if row["kind"] in ("PRIOR_CLOSE", "MARK") and (row["as_of"] < day.date or row["kind"] == "MARK" and row["as_of"] == day.date) and (until is None or row["as_of"] <= until):
            rank = (row["as_of"], False, *close_rank(row))
            if row["id"] not in best or rank > best[row["id"]][0]:
                best[row["id"]] = rank, (row["as_of"], row["value"], row["event_time"])
    for date, rows in past.items():
        for instrument, row in rows.items():
            rank = (date, True, False, 0, 0)
            if (until is None or date <= until) and row["mark_source"] in ("OFFICIAL", "PRINT", "MID") and (instrument not in best or rank > best[instrument][0]):
                best[instrument] = rank, (date, row["mark"], row["mark_time"])
    return {instrument: mark for instrument, (_, mark) in best.items()}


def expired(day, held, today, newest, past):
    """What options paid at their expiry: by the newest mark of the underlying up to that day, as it is known now."""
    found = {}
    for name, terms in held["INSTRUMENT"].items():
        if terms["instrument_kind"] != "OPTION" or terms["expiry"] > day.date:
            continue
        share = terms["underlying"]
        if terms["expiry"] == day.date and share in today:
            under = today[share]["as_of"], today[share]["mark"], today[share]["mark_time"]
        else:
            under = marks_before(day, newest, past, terms["expiry"]).get(share)
            under = under and (under[0], adjusted(under[1], newest, share, under[0], terms["expiry"]), under[2])
        if under is not None:
            paid = under[1] - terms["strike"] if terms["option_right"] == "CALL" else terms["strike"] - under[1]
            found[name] = {"trade_date": day.date, "instrument": name, "mark": max(D(0), paid), "mark_source": "EXPIRY", "mark_time": under[2], "as_of": under[0]}
    return found


PERMIT = {
    "POSITION": {"instrument": "instrument", "quantity": "quantity", "average_price": "price", "market_value": "amount", "currency": "currency"},
    "EXPOSURE": {"measure": "measure", "amount": "amount", "currency": "currency"}, "RISK": {"measure": "measure", "amount": "amount", "currency": "currency"},
    "MARGIN": {"required": "amount", "available": "available", "currency": "currency"}, "INTERACTION": {"channel": "channel", "counterparty": "counterparty", "note": "note"},
    "TRADE": {"instrument": "instrument", "side": "side", "quantity": "quantity", "price": "price", "currency": "currency", "trade_source": "trade_source", "trade_sequence": "trade_sequence"},
}


def permit(rows, day, held):
    """Statements of the day by table, and what is quarantined of them."""
    tables, bad = {f"silver.permit_{kind.lower()}": [] for kind in PERMIT}, []
    copies, _, _ = once(rows, [name for name in (rows[0] if rows else ()) if not name.startswith("_")])
    for row in copies:
        table = f"silver.permit_{row['kind'].lower()}"
        if not day.owns(HOME, row["event_time"]):
            continue
        if row["account"] not in held["ACCOUNT"]:
            bad.append((table, "account_known", row))
            continue
        tables[table].append({"trade_date": day.date, **{name: row[name] for name in ("account", "event_time", "source", "sequence", "ingest_time")},
                              **{name: row[of] for name, of in PERMIT[row["kind"]].items()}, **coordinates(row)})
    return tables, bad


def reference_tables(day, held, newest, past):
    def base(row):
        return {"trade_date": day.date, **{name: row[name] for name in ("valid_from", "valid_to", "source", "sequence", "ingest_time")}}

    instruments = [base(r) | {"ended": r["ended"], "instrument": r["id"], "kind": r["instrument_kind"]} | {n: r[n] for n in ("name", "currency", "venue", "underlying", "strike", "expiry", "option_right", "exercise", "multiplier")}
                   for r in held["INSTRUMENT"].values()]
    accounts = [base(r) | {"ended": r["ended"], "account": r["id"]} | {n: r[n] for n in ("name", "desk", "currency", "margin_limit")} for r in held["ACCOUNT"].values()]
    fixings = [base(r) | {"pair": r["id"], "from_currency": r["currency"], "to_currency": r["to_currency"], "rate": r["value"], "as_of": r["as_of"]} for r in held["FX_FIXING"].values()]
    rates = [base(r) | {"currency": r["id"], "rate": r["value"]} for r in held["RATE"].values()]
    actions = [base(r) | {"instrument": r["id"], "action": r["action"], "ex_date": r["as_of"], "numerator": r["numerator"], "denominator": r["denominator"], "amount": r["value"]}
               for r in newest.values() if r["kind"] == "CORPORATE_ACTION"]
    return {"silver.instruments": instruments, "silver.accounts": accounts, "silver.fx_fixings": fixings, "silver.rates": rates, "silver.corporate_actions": actions,
            "silver.prior_closes": prior_closes(day, newest, past)}


def close_rank(row):
    return row["kind"] == "MARK", *version(row)


def prior_closes(day, newest, past):
    """Of a date a MARK of the reference feed counts before a PRIOR_CLOSE, of two alike the newer; else the official mark of a day of ours."""
    best = {}
    for row in newest.values():
        if row["kind"] in ("PRIOR_CLOSE", "MARK") and row["as_of"] < day.date:
            key = (row["id"], row["as_of"])
            if key not in best or close_rank(row) > close_rank(best[key]):
                best[key] = row
    by_instrument = {}
    for (instrument, as_of), row in best.items():
        by_instrument.setdefault(instrument, {})[as_of] = row["value"], row["kind"]
    for date, rows in past.items():
        for instrument, row in rows.items():
            if row["mark_source"] == "OFFICIAL":
                by_instrument.setdefault(instrument, {}).setdefault(date, (row["mark"], "MARK"))
    return [{"trade_date": day.date, "instrument": instrument, "as_of": as_of, "close": value, "origin": origin}
            for instrument, closes in by_instrument.items() for as_of, (value, origin) in sorted(closes.items())[-500:]]


def sessions(day, venues):
    def of(venue):
        start, end = day.window(venue)
        closes = end if venue == CURRENCIES else day.closes
        return {"trade_date": day.date, "venue": venue, "starts_at": start, "ends_at": end, "opens_at": day.opens_at(venue), "closes_at": closes, "calendar_version": 1}
    return [of(venue) for venue in venues if trading.is_open(day.date, venue)]
