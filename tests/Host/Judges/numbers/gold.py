"""Gold of a day out of silver rows and the lots of the day before: queues of lots, decimals, no SQL."""
from collections import deque
from decimal import ROUND_HALF_UP, Context, Decimal as D, getcontext

from silver import order

getcontext().prec = 76
CENT, PLACES = D("0.01"), D("0.0000000001")
FIRM = "USD"


def cents(value):
    return value.quantize(CENT, ROUND_HALF_UP)


def ten(value):
    return value.quantize(PLACES, ROUND_HALF_UP)


class Lot:
    """An open lot: quantity and total cost are signed. Of one that a split has changed, pieces share what the day opened with."""

    def __init__(self, source, sequence, event_time, price, quantity, cost, adjusted=False):
        self.source, self.sequence, self.event_time, self.price = source, sequence, event_time, price
        self.quantity, self.cost, self.adjusted = quantity, cost, adjusted
        self.opened, self.opened_cost = quantity, cost

    def share(self, closed):
        """The cost of the next units: total x b / quantity less total x a / quantity, each at 10 places."""
        start = self.opened - self.quantity
        return ten(self.opened_cost * (start + closed) / self.opened) - ten(self.opened_cost * start / self.opened)

    def copy(self):
        return Lot(self.source, self.sequence, self.event_time, self.price, self.quantity, self.cost, self.adjusted)


def split(lots, numerator, denominator):
    """The lots after a split of their position, and the cost of what it leaves nothing of: shares of the rounded position, cost goes on."""
    position, shared, cost, after = D(0), D(0), D(0), []
    for lot in lots:
        position, cost = position + lot.quantity, cost + lot.cost
        up_to = (position * numerator / denominator).quantize(D("0.0001"), ROUND_HALF_UP)
        quantity, shared = up_to - shared, up_to
        if quantity:
            after.append(Lot(lot.source, lot.sequence, lot.event_time, lot.price, quantity, cost, True))
            cost = D(0)
    if after:
        after[-1].cost, cost = after[-1].cost + cost, D(0)
    return after, cost


class Position:
    def __init__(self, lots, multiplier, lost=D(0)):
        self.lots, self.multiplier, self.realised = deque(lots), multiplier, -lost
        self.opening = sum((lot.quantity for lot in self.lots), D(0))

    def trade(self, row):
        left = row["quantity"] if row["side"] == "BUY" else -row["quantity"]
        while left and self.lots and (self.lots[0].quantity > 0) != (left > 0):
            lot = self.lots[0]
            closed = min(abs(left), abs(lot.quantity)) * (1 if lot.quantity > 0 else -1)
            cost = lot.share(closed) if lot.adjusted else lot.price * closed * self.multiplier
            self.realised += row["price"] * closed * self.multiplier - cost
            lot.quantity, lot.cost, left = lot.quantity - closed, lot.cost - cost, left + closed
            if not lot.quantity:
                self.lots.popleft()
        if left:
            self.lots.append(Lot(row["source"], row["sequence"], row["event_time"], row["price"], left, row["price"] * left * self.multiplier))


def rate(held, of, to):
    return D(1) if of == to else held["FX_FIXING"][of + to]["value"]


def splits(newest, instrument, after, until):
    """Splits with an ex date past the last published day, up to this one, in order."""
    return sorted(((r["as_of"], r["numerator"], r["denominator"]) for r in newest.values()
                   if r["kind"] == "CORPORATE_ACTION" and r["action"] == "SPLIT" and r["id"] == instrument and (after is None or after < r["as_of"]) and r["as_of"] <= until))


def book(day, held, newest, live, carried, last_day):
    """Positions by (account, instrument) after the day's trades."""
    positions, mine = {}, {}
    for row in sorted(live, key=order):
        mine.setdefault((row["account"], row["instrument"]), []).append(row)
    for key in sorted(set(carried) | set(mine)):
        lots = [lot.copy() for lot in carried.get(key, [])]
        numerator, denominator, lost, is_split = 1, 1, D(0), False
        for _, n, d in splits(newest, key[1], last_day, day.date) if lots else []:
            numerator, denominator, is_split = numerator * n, denominator * d, True
        if is_split:
            lots, lost = split(lots, numerator, denominator)
        positions[key] = Position(lots, held["INSTRUMENT"][key[1]]["multiplier"], lost)
        for row in mine.get(key, []):
            positions[key].trade(row)
    return positions, mine


def money(day, held, marks, positions, mine, yesterday):
    """daily_pnl, lots_eod, positions_eod; yesterday is the daily_pnl that was published, by account and instrument."""
    pnl, lots, held_at_close = [], [], []
    for (account, name), position in positions.items():
        instrument, owner = held["INSTRUMENT"][name], held["ACCOUNT"][account]
        multiplier, mark = instrument["multiplier"], marks.get(name)
        rows = mine.get((account, name), [])
        quantity, cost = sum((lot.quantity for lot in position.lots), D(0)), sum((lot.cost for lot in position.lots), D(0))
        value = mark["mark"] * quantity * multiplier if mark else D(0)
        fees = sum((row["fee"] for row in rows), D(0))
        published = yesterday.get((account, name))
        unrealised, before = value - cost if mark else D(0), published["unrealised"] if published else D(0)
        amounts = {"realised": position.realised, "unrealised": unrealised, "unrealised_prior": before, "fees": fees, "total_day": position.realised + unrealised - before - fees}
        to_account, to_firm = rate(held, instrument["currency"], owner["currency"]), rate(held, instrument["currency"], FIRM)
        converted = {}
        for prefix, fixing, currency in (("account", to_account, owner["currency"]), ("firm", to_firm, FIRM)):
            level = published[f"{prefix}_unrealised"] if published and before and published[f"{prefix}_currency"] == currency else before * fixing
            numbers = {"realised": position.realised * fixing, "unrealised": unrealised * fixing, "unrealised_prior": level, "fees": fees * fixing, "fx": before * fixing - level}
            numbers["total_day"] = numbers["realised"] + numbers["unrealised"] - level - numbers["fees"]
            converted |= {f"{prefix}_{key}": amount for key, amount in numbers.items()}
        base = {"trade_date": day.date, "desk": owner["desk"], "account": account, "instrument": name, "currency": instrument["currency"]}
        currencies = {"account_currency": owner["currency"], "firm_currency": FIRM}
        pnl.append(base | currencies | amounts | {
            "account_rate": to_account, "firm_rate": to_firm, "trades": len(rows), "opening_quantity": position.opening, "closing_quantity": quantity,
            "bought": sum((r["quantity"] for r in rows if r["side"] == "BUY"), D(0)), "sold": sum((r["quantity"] for r in rows if r["side"] == "SELL"), D(0)),
            "mark": mark["mark"] if mark else None, "mark_source": mark["mark_source"] if mark else "NONE",
            **converted})
        for number, lot in enumerate(position.lots, 1):
            lots.append(base | {"lot_number": number, "source": lot.source, "sequence": lot.sequence, "event_time": lot.event_time, "price": lot.price,
                                "quantity": lot.quantity, "cost": lot.cost, "adjusted": lot.adjusted, "multiplier": multiplier})
        if position.lots:
            held_at_close.append(base | currencies | {
                "instrument_kind": instrument["instrument_kind"], "multiplier": multiplier, "quantity": quantity, "lots": len(position.lots), "cost": cost,
                "mark": mark["mark"] if mark else None, "mark_source": mark["mark_source"] if mark else "NONE", "mark_time": mark["mark_time"] if mark else None,
                "market_value": value, "unrealised": unrealised, "account_market_value": value * to_account, "firm_market_value": value * to_firm, "record_ended": instrument["ended"] or owner["ended"]})
    return pnl, lots, held_at_close


def sides(rows, amount):
    """Long and short value, each rounded once."""
    return cents(sum((max(row[amount], D(0)) for row in rows), D(0))), cents(sum((min(row[amount], D(0)) for row in rows), D(0)))


def cells(positions):
    """Positions by account and kind of instrument: what amounts in firm currency are rounded by."""
    found = {}
    for row in positions:
        found.setdefault((row["account"], row["instrument_kind"]), []).append(row)
    return list(found.values())


def portfolios(day, held, pnl, positions, yesterday):
    """portfolio_summary; yesterday is the one that was published, by account."""
    found = []
    for account, owner in held["ACCOUNT"].items():
        mine, open_ = [row for row in pnl if row["account"] == account], [row for row in positions if row["account"] == account]
        total = lambda name, rows=mine: cents(sum((row[name] for row in rows), D(0)))
        before, numbers = yesterday.get(account), {}
        for prefix, column, currency in (("account", "", owner["currency"]), ("firm", "firm_", FIRM)):
            mine_of = {name: total(f"{prefix}_{name}") for name in ("realised", "unrealised", "unrealised_prior", "fees", "fx")}
            if before and before["currency" if prefix == "account" else "firm_currency"] == currency:
                mine_of["unrealised_prior"] = before[f"{column}unrealised"]
            mine_of["total_day"] = mine_of["realised"] + mine_of["unrealised"] - mine_of["unrealised_prior"] - mine_of["fees"]
            numbers |= {f"{column}{name}": value for name, value in mine_of.items()}
        long, short = sides(open_, "account_market_value")
        found.append({
            "trade_date": day.date, "desk": owner["desk"], "account": account, "currency": owner["currency"], "firm_currency": FIRM, **numbers,
            "gross_value": long - short, "net_value": long + short, "firm_net_value": sum((sum(sides(cell, "firm_market_value")) for cell in cells(open_)), D(0)), "positions": len(open_), "trades": sum(row["trades"] for row in mine)})
    return found


def levels(day, portfolio):
    """firm_summary: sums of what is published of accounts."""
    names = ("trades", *(f"firm_{name}" for name in ("realised", "unrealised", "unrealised_prior", "fees", "total_day", "fx", "net_value")))
    groups = [("DESK", desk, [row for row in portfolio if row["desk"] == desk]) for desk in {row["desk"] for row in portfolio}] + [("FIRM", "", portfolio)]
    return [{"trade_date": day.date, "level": level, "desk": desk, "currency": FIRM, "accounts": len(rows), **{name.removeprefix("firm_"): sum(row[name] for row in rows) for name in names}}
            for level, desk, rows in groups if rows]


def exposures(day, held, positions, statements):
    def row(level, desk, account, kind, currency, parts, prefix):
        sums = {"long_value": D(0), "short_value": D(0), "delta_gross": D(0), "delta_net": D(0), "without_delta": 0}
        for part in parts:
            long, short = sides(part, f"{prefix}_market_value")
            deltas = [r[f"{prefix}_delta_value"] for r in part if r[f"{prefix}_delta_value"] is not None]
            for name, value in (("long_value", long), ("short_value", short), ("delta_gross", cents(sum(map(abs, deltas), D(0)))), ("delta_net", cents(sum(deltas, D(0)))), ("without_delta", len(part) - len(deltas))):
                sums[name] += value
        stated = {measure: latest([s for s in statements if s["account"] == account and s["measure"] == measure]) for measure in ("GROSS", "NET")} if account else {}
        gross, net = sums["long_value"] - sums["short_value"], sums["long_value"] + sums["short_value"]
        said = {f"permit_{m.lower()}": cents(s["amount"]) if s and s["currency"] == currency else None for m, s in stated.items()} or {"permit_gross": None, "permit_net": None}
        return {"trade_date": day.date, "level": level, "desk": desk, "account": account, "instrument_kind": kind, "currency": currency, "positions": sum(map(len, parts)), **sums,
                "gross": gross, "net": net, **said,
                "gross_difference": None if said["permit_gross"] is None else gross - said["permit_gross"], "net_difference": None if said["permit_net"] is None else net - said["permit_net"]}

    found = [row("ACCOUNT", owner["desk"], account, "", owner["currency"], [[p for p in positions if p["account"] == account]], "account") for account, owner in held["ACCOUNT"].items()]
    found += [row("DESK", desk, "", "", FIRM, cells([p for p in positions if p["desk"] == desk]), "firm") for desk in {p["desk"] for p in positions}]
    found += [row("KIND", "", "", kind, FIRM, cells([p for p in positions if p["instrument_kind"] == kind]), "firm") for kind in {p["instrument_kind"] for p in positions}]
    return found + ([row("FIRM", "", "", "", FIRM, cells(positions), "firm")] if positions else [])


def latest(rows):
    return max(rows, key=order, default=None)


def margins(day, held, exposure, statements):
    found = []
    gross_of = {row["account"]: row["gross"] for row in exposure if row["level"] == "ACCOUNT"}
    for account, owner in held["ACCOUNT"].items():
        said, limit = latest([s for s in statements if s["account"] == account]), owner["margin_limit"]
        found.append({
            "trade_date": day.date, "desk": owner["desk"], "account": account, "currency": said["currency"] if said else owner["currency"], "stated_at": said["event_time"] if said else None,
            "required": said["required"] if said else None, "available": said["available"] if said else None, "shortfall": max(D(0), said["required"] - said["available"]) if said else None,
            "margin_call": bool(said and said["available"] < said["required"]), "gross": gross_of[account], "margin_limit": limit, "over_limit": limit is not None and gross_of[account] > limit})
    return found


def bars(day, prints):
    found = {}
    for row in sorted(prints, key=order):
        key = (row["instrument"], row["event_time"] // 60_000_000 * 60_000_000)
        bar = found.setdefault(key, {"trade_date": day.date, "instrument": key[0], "minute": key[1], "open": None, "high": None, "low": None, "close": None, "volume": D(0), "prints": 0, "value": D(0)})
        bar["volume"] += row["size"]
        bar["prints"] += 1
        if row["eligible"]:
            price = row["price"]
            bar["open"] = price if bar["open"] is None else bar["open"]
            bar["high"], bar["low"] = price if bar["high"] is None else max(bar["high"], price), price if bar["low"] is None else min(bar["low"], price)
            bar["close"], bar["value"] = price, bar["value"] + price * row["size"]
    return list(found.values())


def restatements(day, before, after):
    """Accounts whose numbers have changed, those that are new, and those that are gone; nothing the first time."""
    old, new = ({row["account"]: row for row in rows} for rows in (before, after))
    names = ("realised", "unrealised", "fees", "total_day", "trades")
    watched = (*names, "firm_realised", "firm_unrealised", "firm_fees", "firm_total_day")
    found = []
    for account in sorted(old.keys() | new.keys()) if before else ():
        was, now = old.get(account, {}), new.get(account, {})
        if any(was.get(n) != now.get(n) for n in watched):
            row = now or was
            found.append({"trade_date": day.date, "desk": row["desk"], "account": account, "currency": row["currency"],
                          **{f"{n}_before": was.get(n) for n in (*names, "firm_total_day")}, **{f"{n}_after": now.get(n) for n in (*names, "firm_total_day")}})
    return found
