"""Tables of a lake as PyIceberg reads them, and the calendar of the simulated days. Times are UTC microseconds."""
import datetime
import zoneinfo

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import EqualTo

import trading
from trading import CURRENCIES

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
COORDINATES = ("_log_id", "_topic", "_kafka_partition", "_offset")


class Lake:
    def __init__(self, catalog):
        self.catalog = SqlCatalog("lake", uri=f"sqlite:///{catalog}", warehouse="file:///nowhere")

        self.tables = {}

    def rows(self, name, tag=None, date=None):
        """Rows as dictionaries; at a tag when one is given, of a day when one is given."""
        table = self.tables.setdefault(name, self.catalog.load_table(name))
        snapshot = table.refs()[tag].snapshot_id if tag else None
        return listed((table.scan(EqualTo("trade_date", date.isoformat()), snapshot_id=snapshot) if date else table.scan(snapshot_id=snapshot)).to_arrow())

    def tags(self, name):
        return set(self.catalog.load_table(name).refs())


def listed(arrow):
    columns = {}
    for field in arrow.schema:
        column = arrow.column(field.name)
        if pa.types.is_timestamp(field.type):
            column = column.cast(pa.int64())
        columns[field.name] = column.to_pylist()
    names = list(columns)
    return [dict(zip(names, values)) for values in zip(*columns.values())]


def cut(holes, day):
    """V of a day: the position after the newest marker, up to that day, of every partition."""
    ends = {}
    for hole in holes:
        if hole["reason"] == "END_OF_DAY" and hole["trade_date"] <= day:
            at = (hole["_log_id"], hole["_topic"], hole["_kafka_partition"])
            ends[at] = max(ends.get(at, 0), hole["to_offset"])
    return ends


def before(rows, ends):
    """Rows before V in the order of the log."""
    kept = [row for row in rows if row["_offset"] < ends.get(place(row)[:3], 1 << 62)]
    return sorted(kept, key=place)


def place(row):
    return row["_log_id"], row["_topic"], row["_kafka_partition"], row["_offset"]


class Day:
    """A trade date of New York and whose time it owns: currencies [17:00, 17:00), others [20:00, 20:00), from that of the session before on."""

    def __init__(self, date):
        self.date = date
        self.opens, self.closes = instant(date, 9, 30), instant(date, 13 if date in trading.EARLY else 16, 0)

    def window(self, venue):
        hour = 17 if venue == CURRENCIES else 20
        return instant(trading.step(self.date, -1, venue), hour, 0), instant(self.date, hour, 0)

    def opens_at(self, venue):
        """Currencies open at 17:00 of the evening before, on Sunday for Monday."""
        return instant(self.date - datetime.timedelta(days=1), 17, 0) if venue == CURRENCIES else self.opens

    def owns(self, venue, time):
        if not trading.is_open(self.date, venue):
            return False
        start, end = self.window(venue)
        return start <= time < end


def instant(date, hour, minute):
    local = datetime.datetime(date.year, date.month, date.day, hour, minute, tzinfo=NEW_YORK)
    return (local - EPOCH) // datetime.timedelta(microseconds=1)
