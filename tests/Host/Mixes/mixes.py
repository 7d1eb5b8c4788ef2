#!/usr/bin/env python3
"""A seeded day of odd records among good ones, sent by a foreign producer; or the same day without what can be no record.

  mixes.py odd|clean SEED --events FOLDER --brokers LIST --registry DIR --out FILE

The topics are made anew. FILE gets the keys of all good rows by table, and the schemas that mend what was sent under wrong ones.
"""
import argparse, copy, json, random, sys, time
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("mode", choices=["odd", "clean"])
parser.add_argument("seed", type=int)
for name in ("events", "brokers", "registry", "out"):
    parser.add_argument(f"--{name}", required=True)
asked = parser.parse_args()
sys.path.insert(0, asked.events)
from confluent_kafka import Producer
from events import TOPICS, Log, at, frame, avro, permit, proto, with_field, with_symbols

DAY, BEFORE = "2026-09-21", "2026-09-18"
rng, odd = random.Random(asked.seed), asked.mode == "odd"
log = Log(asked.brokers, asked.registry)
# what the client sends again is there once, so that a row that is there twice is nobody's but ours
log.producer = Producer({"bootstrap.servers": asked.brokers, "linger.ms": 5, "enable.idempotence": True})
log.new(2)
# a broker that is busy names a topic before its partitions
while any(len(t.partitions) < 2 for name in TOPICS for t in [log.admin.list_topics(name, timeout=10).topics[name]]):
    time.sleep(0.2)
# schemas that are registered from here on get ids past this one, and none of those that faults take
(log.registry / "699.json").write_text(json.dumps(log.schema("trades_raw")[1]))
shares, accounts = ["CALM", "A:B", "C", "LONG:ID:"], ["K1", "K:2", "K3"]
good, mends, faulty, extra = {}, {}, {}, {}


def moved(schema, field, before):
    changed = copy.deepcopy(schema)
    fields = changed["fields"]
    taken = next(f for f in fields if f["name"] == field)
    fields.remove(taken)
    fields.insert(next(i for i, f in enumerate(fields) if f["name"] == before), taken)
    return changed


def millis(schema, field):
    changed = copy.deepcopy(schema)
    next(f for f in changed["fields"] if f["name"] == field)["type"]["logicalType"] = "timestamp-millis"
    return changed


def causes(topic):
    schema = log.schema(topic)[1]
    first = "account" if topic == "trades_raw" else "instrument"
    other = log.schema("market_data_raw" if topic == "trades_raw" else "trades_raw")[1]
    return {"unknown": None, "other": other, "truncated": moved(schema, "source", "event_time"), "malformed": moved(schema, "event_time", first),
            "day": millis(schema, "event_time"), "time": millis(schema, "ingest_time")}


def fault(topic, cause):
    """The id of a schema that the registry has wrong, or lacks, until it is mended."""
    if (topic, cause) not in faulty:
        schema_id = 500 + len(faulty)
        right, wrong = log.schema(topic)[1], causes(topic)[cause]
        file = log.registry / f"{schema_id}.json"
        if not odd:
            file.write_text(json.dumps(right))
        elif wrong is not None:
            file.write_text(json.dumps(wrong))
        mends[file.name] = json.dumps(right)
        faulty[(topic, cause)] = schema_id
    return faulty[(topic, cause)], log.schema(topic)[1]


def further(topic, name, change):
    if (topic, name) not in extra:
        schema = change(log.schema(topic)[1])
        extra[(topic, name)] = (log.register(topic, schema), schema)
    return extra[(topic, name)]


def is_good(table, source, sequence):
    good.setdefault(table, []).append(f"{source} {sequence}")


def trade(i, when, schema=None, **more):
    account, share = rng.choice(accounts), rng.choice(shares)
    values = dict(quantity=rng.randint(1, 500), price=f"{rng.randint(50, 150)}.{rng.randint(0, 99):02}", **more) if "price" not in more and "quantity" not in more else \
        dict(quantity=more.pop("quantity", 10), price=more.pop("price", 100), **more)
    log.trade(account, share, rng.choice(["BUY", "SELL"]), values.pop("quantity"), values.pop("price"), when, sequence=i, fee="0.25", schema=schema, **values)
    is_good("bronze.trades", "desk", i)


def market(i, when, schema=None, **more):
    share = rng.choice(shares)
    if rng.random() < .5:
        log.market("PRINT", share, when, price=f"{rng.randint(50, 150)}.5", sequence=i, schema=schema, **more)
    else:
        bid = rng.randint(50, 150)
        log.market("QUOTE", share, when, sequence=i, schema=schema, bid=bid, ask=bid + 1, bid_size=1, ask_size=1, **more)
    is_good("bronze.market_data", "feed", i)


def nothing(i, when):
    """What can be no record, whatever is mended."""
    topic = rng.choice(["trades_raw", "market_data_raw"])
    schema_id, _ = log.schema(topic)
    place, what = rng.randrange(2), rng.randrange(6)
    value = [b"garbage", b"", None, frame(rng.randint(10**6, 2 * 10**9), rng.randbytes(20)), frame(schema_id, b"\0\2"), frame(schema_id, rng.randbytes(60))][what]
    if odd:
        log.raw(topic, value, b"\xff\xfe" if rng.random() < .2 else "k", place)
    else:
        rng.random()


def far(i, when):
    if odd:
        record = dict(kind="NEW", account="K1", instrument="C", event_time=rng.choice([2**62, -2**60, 0]), ingest_time=when, source="desk", sequence=i, ref_sequence=None, side="BUY",
                      price=1, quantity=1, fee=0, currency="USD", venue="XNYS")
        schema_id, schema = log.schema("trades_raw")
        log.raw("trades_raw", frame(schema_id, avro(schema, record)), "K1")
    else:
        rng.choice([0, 1, 2])


def talk(i, when, *more, schema_id=None):
    body = (14, proto((1, "PHONE"), (2, "House Q"), (3, "asked for a price")))
    log.raw("permit_raw", frame(schema_id or log.schema("permit_raw")[0], b"\0" + permit("K1", i, when, body, *more)), "K1")
    is_good("bronze.permit", "mo/permit", i)


def unknown_proto(i, when):
    """A field that the registered schema has not, until it is mended."""
    text = (log.registry / f"{log.schema('permit_raw')[0]}.proto").read_text()
    newer = text.replace("  int64 sequence = 5;\n", "  int64 sequence = 5;\n  string booking_desk = 16;\n")
    file = log.registry / "600.proto"
    if not file.exists():
        file.write_text(text if odd else newer)
        mends[file.name] = newer
    talk(i, when, (16, "DESK-7"), schema_id=600)


KINDS = [
    *[lambda i, t: trade(i, t)] * 6,
    *[lambda i, t: market(i, t)] * 4,
    lambda i, t: talk(i, t),
    unknown_proto,
    *[lambda i, t: trade(i, t, schema=fault("trades_raw", rng.choice(sorted(causes("trades_raw")))))] * 3,
    *[lambda i, t: market(i, t, schema=fault("market_data_raw", rng.choice(sorted(causes("market_data_raw")))))] * 2,
    lambda i, t: trade(i, t, schema=further("trades_raw", "added", lambda s: with_field(s, dict(name="strategy", type=["null", "string"], default=None))), strategy="momentum"),
    lambda i, t: trade(i, t, schema=further("trades_raw", "kind", lambda s: with_symbols(s, "kind", "NOVATION")), kind="NOVATION"),
    lambda i, t: trade(i, t, schema=further("trades_raw", "side", lambda s: with_symbols(s, "side", "BUY_COVER")), price=100),
    lambda i, t: trade(i, t, price="999999999999.999999"),
    lambda i, t: trade(i, t, quantity="99999999999999.9999"),
    lambda i, t: trade(i, t, ingest_time=t + 30 * 86_400_000_000),
    lambda i, t: (log.market("MARK", rng.choice(shares), t, price="999999999999", sequence=i), is_good("bronze.market_data", "feed", i)),
    *[nothing] * 3,
    far,
]

for i, share in enumerate(shares):
    log.instrument(share, at(DAY, "01:00") + i)
for i, account in enumerate(accounts):
    log.account(account, at(DAY, "01:01") + i)
for share in shares:
    log.market("PRINT", share, at(DAY, "09:59"), price=100)
log.flush()
count = 80
stray = rng.randrange(count)
for i in range(count):
    rng.choice(KINDS)(1000 + i, at(DAY, "10:00") + i * 1_000_000)
    if i == stray and odd:
        log.end(BEFORE, topics=["trades_raw"], partitions=[rng.randrange(2)])
    elif i == stray:
        rng.randrange(2)
log.marks(DAY, **{share: 101 for share in shares})
log.end(DAY)
log.flush()
Path(asked.out).write_text(json.dumps({"good": good, "mends": mends if odd else {}}))
