"""Risk of an account from past closes, in decimals, and options by Black and Scholes, in doubles; written from the formulas of the literature."""
import math
from decimal import ROUND_HALF_UP, Decimal as D

from gold import FIRM


def returns(closes, newest):
    """By instrument and date: close over close before at 12 places, splits taken out."""
    split = {(r["id"], r["as_of"]): D(r["numerator"]) / r["denominator"] for r in newest.values() if r["kind"] == "CORPORATE_ACTION" and r["action"] == "SPLIT"}
    by_instrument = {}
    for row in closes:
        by_instrument.setdefault(row["instrument"], []).append((row["as_of"], row["close"]))
    found = {}
    for instrument, series in by_instrument.items():
        series.sort()
        found[instrument] = {date: places(close * split.get((instrument, date), 1) / before - 1, 12) for (_, before), (date, close) in zip(series, series[1:])}
    return found


def places(value, number):
    return value.quantize(D(1).scaleb(-number), ROUND_HALF_UP)


def metrics(day, held, positions, past):
    """Market values at 4 places over past returns; those of desks and the firm are summed by instrument before."""
    found = []
    desks = {owner["desk"] for owner in held["ACCOUNT"].values()}
    for scope, desk, account in [("ACCOUNT", owner["desk"], name) for name, owner in held["ACCOUNT"].items()] + [("DESK", desk, "") for desk in desks] + [("FIRM", "", "")]:
        values = {}
        for p in positions:
            if scope == "FIRM" or (p["account"] == account if scope == "ACCOUNT" else p["desk"] == desk):
                values[p["instrument"]] = values.get(p["instrument"], D(0)) + p["account_market_value" if scope == "ACCOUNT" else "firm_market_value"]
        if not values:
            continue
        values = {name: places(value, 4) for name, value in values.items()}
        owner = held["ACCOUNT"].get(account)
        known = {name: past.get(name, {}) for name in values}
        dates = sorted(set.union(*map(set, known.values())))
        profits = [sum((value * known[name].get(date, D(0)) for name, value in values.items()), D(0)) for date in dates]
        gross = sum(map(abs, values.values()), D(0))
        found.append({"trade_date": day.date, "scope": scope, "desk": desk, "account": account, "currency": owner["currency"] if owner else FIRM,
                      "scenarios": len(profits), "value": sum(values.values(), D(0)), "gross_value": gross, **figures(profits),
                      "covered_value": sum((abs(v) for name, v in values.items() if known[name]), D(0)), "uncovered_value": sum((abs(v) for name, v in values.items() if not known[name]), D(0)),
                      "instruments_uncovered": sum(1 for name, v in values.items() if v and not known[name]), "least_scenarios": min((len(h) for h in known.values() if h), default=0),
                      "concentration": sum(((value / gross) ** 2 for value in values.values()), D(0))})
    return found


def figures(profits):
    """The k-th worst of n days, k = floor(n (1 - level)) + 1, and the mean of the k worst; the deviation of a sample; the deepest fall of the running sum."""
    n = len(profits)
    losses = sorted((-profit for profit in profits), reverse=True)
    found = {}
    for level, name in ((95, "95"), (99, "99")):
        worst = n * (100 - level) // 100 + 1
        found[f"var_{name}"], found[f"es_{name}"] = losses[worst - 1], sum(losses[:worst], D(0)) / worst
    mean = sum(profits, D(0)) / n
    peak = total = fall = D(0)
    for profit in profits:
        total += profit
        peak = max(peak, total)
        fall = max(fall, peak - total)
    return found | {"volatility": (sum(((p - mean) ** 2 for p in profits), D(0)) / (n - 1)).sqrt(), "max_drawdown": fall}


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
