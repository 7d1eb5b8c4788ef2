"""What goes wrong on a day: each a method that sends it; days.py draws some of them by the seed."""
import datetime
from decimal import Decimal as D

import trading
from book import ACCOUNTS, MICROS, SHARES, plus
from events import at


class Oddities:
    """Methods take the day. Those that have a name with `after_` are sent when the day has been cut."""

    def __init__(self, book):
        self.book, self.log, self.draw = book, book.log, book.draw

    def other(self, name):
        return self.draw.choice([n for n in SHARES if n != name and n not in self.book.ended])

    # ---- corrections and busts

    def moved_account(self, day):
        ref, values = self.book.any_trade(day)
        if ref:
            self.book.amend(day, "CORRECT", ref, values, account=self.draw.choice([a for a in ACCOUNTS if a != values["account"]]))

    def moved_instrument(self, day):
        ref, values = self.book.any_trade(day)
        if ref:
            name = self.other(values["instrument"])
            self.book.amend(day, "CORRECT", ref, values, instrument=name, currency=self.book.currency[name], venue="XNYS", price=self.book.price(name, day))

    def changed_twice(self, day):
        ref, values = self.book.any_trade(day)
        if ref:
            t = at(day, "11:00")
            self.book.amend(day, "CORRECT", ref, values, known=t + 60 * MICROS, quantity=values["quantity"] + 3)
            self.book.amend(day, "CORRECT", ref, values, known=t, side="SELL", fee="7.77")          # known before, though sent after

    def corrected_wrongly(self, day):
        ref, values = self.book.any_trade(day)
        if ref:
            self.book.amend(day, "CORRECT", ref, values, currency="CHF")

    def bust(self, day):
        ref, values = self.book.any_trade(day)
        if ref:
            self.book.amend(day, "BUST", ref, values | {"side": None, "price": None, "quantity": None})

    def bust_and_correction(self, day):
        ref, values = self.book.any_trade(day)
        if ref:
            self.book.amend(day, "BUST", ref, values | {"side": None, "price": None, "quantity": None})
            self.book.amend(day, "CORRECT", ref, values, quantity=1)

    def closed_moved(self, day):
        ref, values = self.book.any_trade(day, self.draw.choice([1, 1, 1, 2, 3, 8]))
        if ref:
            self.book.amend(day, "CORRECT", ref, values, account=self.draw.choice(list(ACCOUNTS)))

    def closed_changed(self, day):
        ref, values = self.book.any_trade(day, self.draw.choice([1, 1, 2, 5]))
        if ref:
            self.book.amend(day, "CORRECT", ref, values, quantity=values["quantity"] + 1, price=values["price"] + D("0.5"))

    def closed_bust(self, day):
        ref, values = self.book.any_trade(day, self.draw.choice([1, 1, 2, 4]))
        if ref:
            self.book.amend(day, "BUST", ref, values | {"side": None, "price": None, "quantity": None})

    def no_such_trade(self, day):
        _, values = self.book.any_trade(day)
        if values:
            self.book.amend(day, "CORRECT", 999_999_000 + day.day, values)

    # ---- rows

    def twice(self, day):
        ref, values = self.book.any_trade(day, self.draw.choice([0, 0, 1]))
        if ref:
            self.log.trade(**values, sequence=ref)

    def contradicted(self, day):
        ref, values = self.book.any_trade(day)
        if ref:
            self.log.trade(**(values | {"price": values["price"] + 1}), sequence=ref)

    def wrong_currency(self, day):
        self.log.trade("A1", "EURA", "BUY", 10, "52", at(day, "11:00"), currency="USD", sequence=self.log.next("desk"))

    def unknown_account(self, day):
        self.log.trade("NOBODY", "ALFA", "BUY", 10, "40", at(day, "11:00"), sequence=self.log.next("desk"))

    def unknown_instrument(self, day):
        self.log.trade("A1", "WHAT", "BUY", 10, "40", at(day, "11:00"), sequence=self.log.next("desk"))

    def unreadable_trades(self, day):
        t = at(day, "11:30")
        self.log.trade("A1", "ALFA", "BUY", 10, "2000000", t, sequence=self.log.next("desk"))
        self.log.trade("A1", "ALFA", "BUY", 0, "40", t, sequence=self.log.next("desk"))
        self.log.trade("A1", "ALFA", None, 10, "40", t, sequence=self.log.next("desk"))
        self.log.trade("A2", "ALFA", "BUY", 10, "40", t, sequence=self.log.next("desk"), ingest_time=t + 8 * 86_400 * MICROS)

    def off_market(self, day):
        self.book.trade(day, "BETA", price=D("10"))

    def odd_prices(self, day):
        self.log.market("PRINT", "WHAT", at(day, "11:00"), price="5")
        self.log.market("PRINT", "ALFA", at(day, "15:59:59"), price="99000000")
        self.log.market("MARK", "BETA", at(day, "19:00"), price="0")
        self.log.market("QUOTE", "GAMM", at(day, "15:59"), bid="-1", bid_size=1, ask="30", ask_size=1)

    def same_microsecond(self, day):
        t = at(day, "12:00")
        for side in ("BUY", "SELL", "BUY"):
            self.book.trade(day, "DELT", "A7", t, side=side, quantity=D(self.draw.randint(1, 90)))

    # ---- references

    def split(self, day):
        name, (new, old) = self.draw.choice(list(SHARES)), self.draw.choice([(2, 1), (3, 2), (1, 3), (1, 10), (7, 5)])
        self.log.split(name, day.isoformat(), new, old)
        self.book.cents[name] = max(50, self.book.cents[name] * old // new)
        if self.draw.random() < .4:
            self.book.silent[name] = plus(day, 1)

    def split_foretold(self, day):
        name, ex = self.draw.choice(list(SHARES)), trading.step(trading.step(day, 1), 1)
        self.log.split(name, ex.isoformat(), 3, 1, published=at(day, "05:00"))

    def split_taken_back(self, day):
        self.log.split("DELT", day.isoformat(), 5, 1)
        self.log.split("DELT", day.isoformat(), 1, 1, published=at(day, "02:00"))

    def dividend(self, day):
        self.log.reference("CORPORATE_ACTION", self.draw.choice(list(SHARES)), at(day, "01:00"), at(trading.step(day, -1), "20:00"), action="DIVIDEND", as_of=day.isoformat(), value="0.35")

    def instrument_ends(self, day):
        name = self.draw.choice([n for n in self.book.held_names() if n in SHARES] or ["GAMM"])
        self.log.instrument(name, at(day, "02:00"), self.book.currency[name], valid_to=at(day, self.draw.choice(["10:00", "14:00"])))
        self.book.ended.add(name)

    def instrument_comes_back(self, day):
        for name in sorted(self.book.ended):
            self.log.instrument(name, at(day, "02:00"), self.book.currency[name], valid_from=at(trading.step(day, -1), "20:00"))
        self.book.ended.clear()

    def account_ends(self, day):
        name = self.draw.choice(list(ACCOUNTS))
        currency, desk = ACCOUNTS[name]
        self.log.account(name, at(day, "02:00"), currency, desk, limit="250000", valid_to=at(day, "12:00"))
        self.log.reference("ACCOUNT", name, at(day, "02:00"), at(plus(day, 1), "00:00"), None, name=name, currency=currency, desk=desk, margin_limit="300000")

    def other_desk(self, day):
        name = self.draw.choice(list(ACCOUNTS))
        self.log.reference("ACCOUNT", name, at(day, "02:00"), at(trading.step(day, -1), "20:00"), None, name=name, currency=ACCOUNTS[name][0], desk=self.draw.choice(["EQ", "OPT", "FX"]), margin_limit=None)

    def silence(self, day):
        self.book.silent[self.draw.choice(self.book.held_names() or ["ALFA"])] = plus(day, self.draw.choice([1, 3, 40]))

    def no_mark(self, day):
        """A new share that trades before anything prices it."""
        self.book.listed += 1
        name = f"NEW{self.book.listed}"
        self.log.instrument(name, at(day, "02:00"))
        self.book.currency[name], self.book.cents[name] = "USD", 1500
        self.book.silent[name] = plus(day, self.draw.choice([1, 4]))
        self.book.trade(day, name, side="BUY", quantity=D(100))

    def fixing_corrected(self, day):
        back = day
        for _ in range(self.draw.choice([1, 1, 2, 4])):
            back = trading.step(back, -1)
        if back >= self.book.days[0]:
            self.book.fixing(self.draw.choice(list(self.book.fx)), back, published=at(day, "08:00"), value=self.draw.randint(880_000, 1_150_000))

    def close_corrected(self, day):
        before = trading.step(day, -1).isoformat()
        for hour in ("06:30", "07:00"):
            self.log.reference("PRIOR_CLOSE", "GAMM", at(day, hour), at(before, "16:00"), as_of=before, value=self.book.money(self.book.cents["GAMM"] + self.draw.randint(1, 9)))

    def bad_references(self, day):
        self.log.instrument("ALFA", at(day, "03:00"), None, valid_from=at(day, "04:00"))
        self.log.instrument("BETA", at(day, "03:00"), "USD", valid_from=at(day, "04:00"), multiplier=0)
        self.log.split("EURB", day.isoformat(), 0, 1)

    def morning_repeats(self, day):
        """A feed that sends everything again."""
        for name in SHARES:
            if name not in self.book.ended:
                self.log.instrument(name, at(day, "03:00"), self.book.currency[name])
        before = trading.step(day, -1)
        if before >= self.book.days[0]:
            self.book.fixing("EURUSD", before, published=at(day, "03:00"), value=self.book.fx["EURUSD"])

    def currencies_on_a_holiday(self, day):
        """Currencies trade on a holiday of shares that the days before this one had."""
        for back in range(1, 5):
            date = plus(day, -back)
            if trading.is_open(date):
                return
            if trading.is_open(date, "FXAL"):
                self.log.trade("A5", "EUR/USD", "BUY", 1000, "1.1", at(date, "10:00"), venue="FXAL", sequence=self.log.next("desk"))

    def in_the_hour_that_comes_twice(self, day):
        sunday = plus(day, -1)
        if day.weekday() == 0:
            self.book.trade(day, "ALFA", when=at(sunday, "01:30"))
            self.book.trade(day, "ALFA", when=at(sunday, "01:30") + 3600 * MICROS)

    # ---- after the cut

    def after_trade(self, day):
        self.book.trade(day, self.draw.choice(list(SHARES)), ingest_time=at(plus(day, 1), "06:00"))

    def after_print(self, day):
        self.log.market("PRINT", "ALFA", at(day, "12:34"), price=self.book.price("ALFA", day) + 1, size=10)

    def after_mark(self, day):
        self.log.market("MARK", "BETA", at(day, "17:30"), price=self.book.price("BETA", day) + 1)

    def after_account(self, day):
        """An account whose record comes when its day is over."""
        self.book.listed += 1
        name = f"L{self.book.listed}"
        self.log.reference("ACCOUNT", name, at(day, "21:00"), at(day, "00:00"), None, name=name, currency="USD", desk="EQ", margin_limit="5000")
