"""Prints the figures of every table of a SQL catalog as PyIceberg reads it, one line each: NAMESPACE.TABLE.COLUMN, a tab, how many values and the sum of their
hashes; whole rows are the column *. TableSums.cs says which text of a value is hashed.
Usage: pyiceberg python sum_tables.py URL [TAG]   (SQLAlchemy's URL of the catalog; with a tag: the tables that have it, as they were then)
Tables on S3: LAKE_S3_ENDPOINT, LAKE_S3_KEY, LAKE_S3_SECRET."""
import hashlib
import math
import os
import struct
import sys

import pyarrow as pa
from pyiceberg import types as it
from pyiceberg.catalog.sql import SqlCatalog


def bits(number):
    return struct.unpack(">q", struct.pack(">d", math.nan if math.isnan(number) else number))[0]


def texts(array, kind):
    """The texts of a column's values, None for null."""
    if isinstance(kind, it.TimestamptzType):
        form, array = str, array.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    elif isinstance(kind, it.DateType):
        form, array = str, array.cast(pa.int32())
    elif isinstance(kind, it.DoubleType):
        form = lambda value: str(bits(value))
    elif isinstance(kind, it.BinaryType):
        form = bytes.hex
    elif isinstance(kind, it.DecimalType):
        form = lambda value: f"{value:.{kind.scale}f}"
    elif isinstance(kind, it.BooleanType):
        form = lambda value: "true" if value else "false"
    elif isinstance(kind, (it.StringType, it.IntegerType, it.LongType)):
        form = str
    else:
        raise SystemExit(f"no contract has the type {kind}")
    return [None if value is None else form(value) for value in array.to_pylist()]


def figure(values):
    hashes = [int.from_bytes(hashlib.sha256(value.encode()).digest()[:6], "big") for value in values if value is not None]
    return f"{len(hashes)} {sum(hashes)}"


tag = sys.argv[2] if len(sys.argv) > 2 else None
s3 = {"s3.endpoint": "LAKE_S3_ENDPOINT", "s3.access-key-id": "LAKE_S3_KEY", "s3.secret-access-key": "LAKE_S3_SECRET"}
places = {name: os.environ[variable] for name, variable in s3.items() if variable in os.environ}
catalog = SqlCatalog("lake", uri=sys.argv[1], warehouse="file:///nowhere", **places)
for namespace in catalog.list_namespaces():
    for identifier in catalog.list_tables(namespace):
        table = catalog.load_table(identifier)
        if tag and tag not in table.refs():
            continue
        scan = table.scan(snapshot_id=table.refs()[tag].snapshot_id if tag else None)
        arrow = scan.to_arrow()
        fields = sorted(scan.projection().fields, key=lambda field: field.name)
        columns = {field.name: texts(arrow.column(field.name), field.field_type) for field in fields}
        rows = ("|".join("null" if value is None else value for value in row) for row in zip(*columns.values()))
        for name, values in {"*": rows, **columns}.items():
            print(f"{'.'.join(identifier)}.{name}\t{figure(values)}", flush=True)
