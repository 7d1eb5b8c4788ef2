"""Trading days of US shares and of currencies, autumn 2026 to summer 2027, and the half day of the real days that are judged: a calendar of its own, from NYSE's published lists."""
import datetime

CLOSED = {datetime.date.fromisoformat(d) for d in (
    "2026-09-07", "2026-11-26", "2026-12-25", "2027-01-01", "2027-01-18", "2027-02-15", "2027-03-26", "2027-05-31", "2027-06-18", "2027-07-05")}
EARLY = {datetime.date.fromisoformat(d) for d in ("2015-12-24", "2026-11-27", "2026-12-24")}
CURRENCIES = "FXAL"


def is_open(date, venue="XNYS"):
    """Whether a venue has the trade date: currencies rest at weekends, at New Year and at Christmas only."""
    if date.weekday() > 4:
        return False
    return (date.month, date.day) not in ((1, 1), (12, 25)) if venue == CURRENCIES else date not in CLOSED


def step(date, by, venue="XNYS"):
    """The next trading day, or the one before."""
    date += datetime.timedelta(days=by)
    while not is_open(date, venue):
        date += datetime.timedelta(days=by)
    return date


def days_from(first, count):
    """So many trading days of shares."""
    found = [first if is_open(first) else step(first, 1)]
    while len(found) < count:
        found.append(step(found[-1], 1))
    return found
