"""Risk of an account from past closes, in decimals, and options by Black and Scholes, in doubles; written from the formulas of the literature."""
import math
from decimal import ROUND_HALF_UP, Decimal as D

from gold import FIRM, rate


def returns(closes, newest):
    """By instrument and date: close over the close before it at 12 places, splits between them taken out."""
    splits = {}
    for row in newest.values():
        if row["kind"] == "CORPORATE_ACTION" and row["action"] == "SPLIT":
            splits.setdefault(row["id"], []).append((row["as_of"], D(row["numerator"]), D(row["denominator"])))
    by_instrument = {}
    for row in closes:
        by_instrument.setdefault(row["instrument"], []).append((row["as_of"], row["close"]))
    found = {}
    for instrument, series in by_instrument.items():
        series.sort()
        found[instrument] = {}
        for (earlier, before), (date, close) in zip(series, series[1:]):
            new = old = D(1)
            for ex, n, d in splits.get(instrument, ()):
                if earlier < ex <= date:
                    new, old = new * n, old * d
            found[instrument][date] = places(close * new / (before * old) - 1, 12)
    return found


def places(value, number):
    return value.quantize(D(1).scaleb(-number), ROUND_HALF_UP)


def moved(position, greeks, held):
    """What a position gains per return of what it follows, and per half its square: of an option by the published Greeks, at 10 places; None without them."""
    option = greeks.get(position["instrument"])
    found = position | {"returns_of": option["underlying"] if option else position["instrument"], "expired": bool(option) and option["volatility_reason"] == "EXPIRED"}
    if not option:
        delta, half_gamma = None, None
    elif option["volatility_reason"] in ("EXPIRED", "BELOW_INTRINSIC"):
        delta, half_gamma = D(0) if found["expired"] else D(1 if option["option_right"] == "CALL" else -1), D(0)
    elif option["delta"] is None or option["gamma"] is None or option["gamma"] * float(option["spot"]) >= 1e7:
        delta, half_gamma = None, None
    else:
        delta, half_gamma = places(D(option["delta"]), 10), places(D(option["gamma"] * float(option["spot"]) / 2), 10)
    for scope in ("account", "firm"):
        if not option:
            found |= {f"{scope}_delta_value": position[f"{scope}_market_value"], f"{scope}_half_gamma_value": D(0)}
        elif delta is None:
            found |= {f"{scope}_delta_value": None, f"{scope}_half_gamma_value": None}
        else:
            owned = places(option["spot"] * position["quantity"] * position["multiplier"] * rate(held, position["currency"], position[f"{scope}_currency"]), 4) if option["spot"] is not None else D(0)
            found |= {f"{scope}_delta_value": places(owned * delta, 4), f"{scope}_half_gamma_value": places(owned * half_gamma, 4)}
    return found


def metrics(day, held, positions, past, portfolios):
    """What positions gain over past returns of what they follow; drawdowns of what was published, portfolios by day, the day's the last."""
    found = []
    owners = held["ACCOUNT"]
    for scope, desk, account in [("ACCOUNT", owner["desk"], name) for name, owner in owners.items()] + [("DESK", desk, "") for desk in {o["desk"] for o in owners.values()}] + [("FIRM", "", "")]:
        prefix, parts = "account" if scope == "ACCOUNT" else "firm", {}
        for p in positions:
            if scope == "FIRM" or (p["account"] == account if scope == "ACCOUNT" else p["desk"] == desk):
                part = parts.setdefault(p["instrument"], {"returns": past.get(p["returns_of"], {}), "expired": p["expired"], "value": D(0), "delta": D(0), "half_gamma": D(0)})
                part["value"] += p[f"{prefix}_market_value"]
                known = p[f"{prefix}_delta_value"] is not None
                part["delta"], part["half_gamma"] = (part["delta"] + p[f"{prefix}_delta_value"], part["half_gamma"] + p[f"{prefix}_half_gamma_value"]) if known else (None, None)
        parts = [p | {name: p[name] if p[name] is None else places(p[name], 4) for name in ("value", "delta", "half_gamma")} for p in parts.values()]
        moving = [p for p in parts if p["delta"] is not None and not p["expired"] and p["returns"]]
        fixed = [p for p in parts if p["expired"]]
        left = [p for p in parts if not p["expired"] and not (p["delta"] is not None and p["returns"])]
        profits = [sum((p["delta"] * p["returns"].get(date, D(0)) + p["half_gamma"] * places(p["returns"].get(date, D(0)) ** 2, 12) for p in moving), D(0))
                   for date in sorted({date for p in moving for date in p["returns"]})]
        gross = sum((abs(p["value"]) for p in parts), D(0))
        currency = owners[account]["currency"] if account else FIRM
        days = [[r for r in rows if (r["account"] == account and r["currency"] == currency if account else not desk or r["desk"] == desk)] for rows in portfolios]
        totals = [sum((r["total_day" if account else "firm_total_day"] for r in rows), D(0)) for rows in days if rows]
        found.append({"trade_date": day.date, "scope": scope, "desk": desk, "account": account, "currency": currency,
                      "scenarios": len(profits), "value": sum((p["value"] for p in parts), D(0)), "gross_value": gross, **figures(profits),
                      "covered_value": sum((abs(p["value"]) for p in (*moving, *fixed)), D(0)), "uncovered_value": sum((abs(p["value"]) for p in left), D(0)),
                      "instruments_uncovered": len(left), "least_scenarios": min((len(p["returns"]) for p in moving), default=0), "drawdown": fall(totals), "drawdown_days": len(totals),
                      "concentration": sum((((places(p["value"], 2)) ** 2 for p in parts)), D(0)) / sum((abs(places(p["value"], 2)) for p in parts), D(0)) ** 2 if gross else None})
    return found


def fall(steps):
    """The deepest fall of a running sum from its peak, which is not below nought."""
    peak = total = deepest = D(0)
    for step in steps:
        total += step
        peak = max(peak, total)
        deepest = max(deepest, peak - total)
    return deepest


def figures(profits):
    """The k-th worst of n days, k = floor(n (1 - level)) + 1, and the mean of the k worst; the deviation of a sample; the deepest fall of the running sum."""
    n = len(profits)
    if not n:
        return dict.fromkeys(("var_95", "var_99", "es_95", "es_99", "volatility", "hypothetical_drawdown"))
    losses = sorted((-profit for profit in profits), reverse=True)
    found = {}
    for level, name in ((95, "95"), (99, "99")):
        worst = n * (100 - level) // 100 + 1
        found[f"var_{name}"], found[f"es_{name}"] = losses[worst - 1], sum(losses[:worst], D(0)) / worst
    mean = sum(profits, D(0)) / n
    deviation = (sum(((p - mean) ** 2 for p in profits), D(0)) / (n - 1)).sqrt() if n > 1 else None
    return found | {"volatility": deviation, "hypothetical_drawdown": fall(profits)}


def cumulative(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def density(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def d1(spot, strike, years, r, volatility):
    return (math.log(spot / strike) + (r + volatility * volatility / 2) * years) / (volatility * math.sqrt(years))


def price(call, spot, strike, years, r, volatility):
    one = d1(spot, strike, years, r, volatility)
    two, sign = one - volatility * math.sqrt(years), 1 if call else -1
    return sign * (spot * cumulative(sign * one) - strike * math.exp(-r * years) * cumulative(sign * two))


def greeks(call, spot, strike, years, r, volatility):
    one, root = d1(spot, strike, years, r, volatility), math.sqrt(years)
    two, sign, paid = one - volatility * root, 1 if call else -1, strike * math.exp(-r * years)
    return {"delta": cumulative(one) - (0 if call else 1), "gamma": density(one) / (spot * volatility * root), "vega": spot * density(one) * root,
            "theta": -spot * density(one) * volatility / (2 * root) - sign * r * paid * cumulative(sign * two)}


def implied(call, mark, spot, strike, years, r):
    """Bisection on the side of the strike that is out of the money; None where a bound of arbitrage is violated."""
    paid = strike * math.exp(-r * years)
    time_value = mark - max(0.0, spot - paid if call else paid - spot)
    otm_call = spot <= paid
    if time_value <= 0 or time_value >= (spot if otm_call else paid):
        return None
    low, high = 1e-6, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        if price(otm_call, spot, strike, years, r, middle) < time_value:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def options(day, held, marks):
    found = []
    for name, terms in held["INSTRUMENT"].items():
        if terms["instrument_kind"] != "OPTION":
            continue
        mark, spot, interest = marks.get(name), marks.get(terms["underlying"]), held["RATE"].get(terms["currency"])
        years = (terms["expiry"] - day.date).days / 365
        r = float(interest["value"]) if interest else None
        call, strike = terms["option_right"] == "CALL", float(terms["strike"])
        volatility = implied(call, float(mark["mark"]), float(spot["mark"]), strike, years, r) if mark and spot and years > 0 else None
        row = {"trade_date": day.date, "instrument": name, "underlying": terms["underlying"], "option_right": terms["option_right"], "strike": terms["strike"], "expiry": terms["expiry"],
               "mark": mark["mark"] if mark else None, "mark_source": mark["mark_source"] if mark else "NONE", "spot": spot["mark"] if spot else None, "years": years, "rate": r,
               "implied_volatility": volatility, "model_price": None, "delta": None, "gamma": None, "vega": None, "theta": None}
        if volatility is not None:
            # A price is a difference of two values near the spot: what is lost of it is lost of everything that follows from it.
            row["relative_error"] = 1e-14 * float(spot["mark"]) / price(float(spot["mark"]) <= strike * math.exp(-r * years), float(spot["mark"]), strike, years, r, volatility)
            row |= greeks(call, float(spot["mark"]), strike, years, r, volatility) | {"model_price": price(call, float(spot["mark"]), strike, years, r, volatility)}
        found.append(row)
    return found
