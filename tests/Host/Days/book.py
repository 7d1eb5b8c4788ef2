"""What a small firm sends on a trading day: a book of eight accounts, prices, fixings; and what goes wrong on it, by a seed."""
import datetime, math
from decimal import Decimal as D

import events
import trading
from events import at, frame, number, permit, proto

ACCOUNTS = {"A1": ("USD", "EQ"), "A2": ("EUR", "EQ"), "A3": ("USD", "OPT"), "A4": ("EUR", "OPT"), "A5": ("USD", "FX"), "A6": ("EUR", "FX"), "A7": ("USD", "EQ"), "A8": ("EUR", "OPT")}
SHARES = {"ALFA": ("USD", 4000), "BETA": ("USD", 11000), "GAMM": ("USD", 2500), "DELT": ("USD", 730), "EURA": ("EUR", 5200), "EURB": ("EUR", 9900)}
PAIR = "EUR/USD"
MICROS = 1_000_000
VOLATILITY = 0.35


def plus(date, days):
    return date + datetime.timedelta(days=days)


def call_or_put(right, spot, strike, years):
    """Dollars by Black and Scholes without interest, and two cents, so that no price is at its bound."""
    root = VOLATILITY * math.sqrt(max(years, 0.002))
    one = math.log(spot / strike) / root + root / 2
    phi = lambda x: 0.5 * math.erfc(-x / math.sqrt(2))
    sign = 1 if right == "CALL" else -1
    return max(0.0, sign * (spot * phi(sign * one) - strike * phi(sign * (one - root)))) + 0.02


class Book:
    """Sends days; `log` is the foreign producer, `draw` the seeded generator."""

    def __init__(self, log, draw, days, trades):
        self.log, self.draw, self.days, self.size = log, draw, days, trades
        self.cents = {name: price for name, (_, price) in SHARES.items()}
        self.currency = {name: currency for name, (currency, _) in SHARES.items()} | {PAIR: "USD"}
        self.fx = {"EURUSD": 1_100_000, "USDEUR": 909_000}
        self.options, self.sent, self.listed, self.ended = {}, [], 0, set()
        self.silent = {}                        # instruments without a price, until when
        self.held = {}                          # units by account and instrument, as far as was meant

    # ---- references

    def open(self):
        first = self.days[0]
        t = at(first, "01:00")
        for i, (name, (currency, _)) in enumerate(SHARES.items()):
            self.log.instrument(name, t + i, currency)
        self.log.instrument(PAIR, t + 20, venue="FXAL", kind="FX")
        expiries = [self.days[min(n, len(self.days) - 1)] for n in (2, 4, 20)] + [plus(self.days[-1], 60)]
        for i, expiry in enumerate(expiries):
            for right, share in (("CALL", "ALFA"), ("PUT", "BETA")):
                self.list_option(f"{share[0]}{right[0]}{i}", share, self.cents[share] * (100 + self.draw.randint(-4, 4)) // 10000, expiry, right, t + 30 + i)
        for i, (account, (currency, desk)) in enumerate(ACCOUNTS.items()):
            self.log.account(account, t + 60 + i, currency, desk, limit="250000")
        for currency, value in (("USD", "0.04"), ("EUR", "0.025")):
            self.log.reference("RATE", currency, t + 80, at("1990-01-02"), None, currency=currency, value=value)
        for name in SHARES:
            price, closes = self.cents[name], []
            for _ in range(30):
                closes.append(self.money(price))
                price = max(100, price + self.draw.randint(-price // 50, price // 50))
            self.log.closes(name, trading.step(first, -1).isoformat(), closes[::-1], t + 100)

    def list_option(self, name, share, strike, expiry, right, published):
        self.options[name] = (share, strike, expiry, right)
        self.currency[name] = "USD"
        self.log.option(name, published, share, strike, expiry.isoformat(), right)

    def fixing(self, pair, day, published=None, value=None):
        """The fixing of a day, valid in its session; value in millionths."""
        before = trading.step(day, -1)
        self.log.reference("FX_FIXING", pair, published or at(day, "01:00"), at(before, "20:00"), at(day, "20:00"),
                           currency=pair[:3], to_currency=pair[3:], as_of=day.isoformat(), value=D(value or self.fx[pair]).scaleb(-6))

    def fixings(self, day, missing=()):
        for pair in self.fx:
            self.fx[pair] += self.draw.randint(-12_000, 12_000)
            if pair not in missing:
                self.fixing(pair, day)

    # ---- prices

    @staticmethod
    def money(cents):
        return D(cents).scaleb(-2)

    def price(self, name, day):
        if name == PAIR:
            return D(self.fx["EURUSD"]).scaleb(-6)
        if name in self.options:
            share, strike, expiry, right = self.options[name]
            spot, years = self.cents[share] / 100, (expiry - day).days / 365
            return D(round(call_or_put(right, spot, strike, years) * 100)).scaleb(-2)
        return self.money(self.cents[name])

    def names(self, day):
        return [name for name in self.currency if name not in self.ended and (name not in self.options or self.options[name][2] >= day)]

    def venue(self, name):
        return "FXAL" if name == PAIR else "XCBO" if name in self.options else "XNYS"

    def when(self, day, venue="XNYS"):
        """Mostly in the session, at times at its edges, in the night or at the weekend before."""
        closes = 13 if day in trading.EARLY else 16
        hour = 17 if venue == "FXAL" else 20
        before = trading.step(day, -1, venue)
        edges = [at(before, f"{hour}:00"), at(day, f"{hour}:00") - 1, at(day, f"{hour - 1}:30"), at(plus(day, -1), "21:15"), at(plus(day, -1), "01:30") if plus(day, -1) > before else at(day, "01:30"), at(day, f"{closes}:00") + 1]
        return self.draw.choice(edges) if self.draw.random() < .12 else at(day, "09:30") + self.draw.randrange((closes * 60 - 570) * 60 * MICROS)

    def prices(self, day):
        """A list of calls that send prices of most instruments."""
        found = []
        for name in self.cents:
            self.cents[name] = max(50, self.cents[name] + self.draw.randint(-self.cents[name] // 40 - 1, self.cents[name] // 40 + 1))
        closes = at(day, "13:00" if day in trading.EARLY else "16:00")
        for name in self.names(day):
            if self.silent.get(name, day) > day or self.draw.random() < .08:
                continue
            price, venue, kind = self.price(name, day), self.venue(name), self.draw.randrange(4)
            t = self.when(day, venue)
            if kind != 3:
                found.append(lambda n=name, p=price, t=t, v=venue, c=self.draw.choice(["0", "0", "200", "40000", "80000000"]), s=self.draw.random() < .1:
                             self.log.market("PRINT", n, t, price=p + D("0.01"), size=self.draw.randint(1, 900), venue=v, condition=c, suspicious=s))
            if kind != 2:
                found.append(lambda n=name, p=price, t=t, v=venue, one=self.draw.random() < .15:
                             self.log.market("QUOTE", n, t + 5, bid=p - D("0.01") if p > D("0.01") else p, bid_size=3, ask=None if one else p + D("0.02"), ask_size=None if one else 4, venue=v))
            if kind in (0, 1):
                found.append(lambda n=name, p=price, v=venue, t=closes + 2 * MICROS if venue != "FXAL" else at(day, "16:59"): self.log.market("MARK", n, t, price=p, venue=v))
        return found

    def closes(self, day):
        """Yesterday's closes, as news of the morning."""
        before = trading.step(day, -1).isoformat()
        for name in SHARES:
            if self.draw.random() < .8:
                self.log.reference("PRIOR_CLOSE", name, at(day, "06:00"), at(before, "16:00"), as_of=before, value=self.money(self.cents[name]))

    # ---- trades

    def trade(self, day, name=None, account=None, when=None, **more):
        """One trade that stands; its fields are kept, so that it can be corrected."""
        name = name or self.draw.choice(self.names(day))
        account = account or self.draw.choice(list(ACCOUNTS))
        venue = self.venue(name)
        side = self.draw.choice(["BUY", "SELL"])
        quantity = self.draw.randint(1, 8) if name in self.options else D(self.draw.randint(1, 40_000)).scaleb(-self.draw.choice([0, 0, 0, 2]))
        values = dict(account=account, instrument=name, side=side, quantity=quantity, price=self.price(name, day) + D(self.draw.randint(0, 9)).scaleb(-2),
                      event_time=when or self.when(day, venue), fee=D(self.draw.randint(0, 500)).scaleb(-2), currency=self.currency[name], venue=venue) | more
        sequence = self.log.next("desk")
        self.sent.append((day, sequence, values))
        self.held[account, name] = self.held.get((account, name), D(0)) + (quantity if side == "BUY" else -quantity)
        self.log.trade(**values, sequence=sequence)
        return sequence, values

    def any_trade(self, day, back=0):
        """A trade of a day so many trading days ago."""
        for _ in range(back):
            day = trading.step(day, -1)
        mine = [(sequence, values) for date, sequence, values in self.sent if date == day]
        return self.draw.choice(mine) if mine else (None, None)

    def amend(self, day, kind, ref, values, known=None, **more):
        t = known or at(day, "10:00") + self.draw.randrange(5 * 3600 * MICROS)
        self.log.trade(**(values | {"event_time": t} | more), kind=kind, sequence=self.log.next("desk"), ref=ref)

    def held_names(self):
        return sorted({name for (_, name), units in self.held.items() if units and name not in self.ended})

    # ---- statements

    def statements(self, day):
        """PERMIT events of some accounts."""
        schema_id, _ = self.log.schema("permit_raw")
        for account in self.draw.sample(list(ACCOUNTS), 3):
            amount = lambda: number(D(self.draw.randint(0, 30_000_000)).scaleb(-2))
            bodies = [(10, proto((1, "ALFA"), (2, number(self.draw.randint(-500, 500))), (3, number("40.25")), (4, amount()), (5, "USD"))), (11, proto((1, "GROSS"), (2, amount()), (3, self.draw.choice(["USD", "EUR"])))),
                      (11, proto((1, "NET"), (2, amount()), (3, "USD"))), (12, proto((1, "VAR_95"), (2, amount()), (3, "USD"))), (13, proto((1, amount()), (2, amount()), (3, "USD"))),
                      (14, proto((1, "PHONE"), (2, "House Q"), (3, "asked for a price"))), (15, proto((1, "ALFA"), (2, "BUY"), (3, number(5)), (4, number("40.5")), (5, "USD"), (6, "desk"), (7, 1)))]
            for body in self.draw.sample(bodies, 3):
                self.log.raw("permit_raw", frame(schema_id, b"\0" + permit(account, self.log.next("mo/permit"), self.when(day), body)), account)

    # ---- a day

    def day(self, day, odd, missing=(), half=lambda: None):
        """Sends a day and its markers; `odd` are further calls among the ordinary ones, `half` is called in the middle."""
        self.fixings(day, missing)
        self.closes(day)
        calls = self.prices(day) + [lambda: self.trade(day) for _ in range(self.draw.randint(self.size * 2 // 3, self.size))]
        self.draw.shuffle(calls)
        calls[len(calls) // 2:len(calls) // 2] = odd
        if self.draw.random() < .5:
            calls.append(lambda: self.statements(day))
        for i, call in enumerate(calls):
            if i == len(calls) * 3 // 4:
                self.log.flush()
                half()
            call()
        self.end(day)

    def end(self, day):
        self.log.end(day.isoformat())
        self.log.flush()
