"""Computes silver and gold of a simulated demo again from its bronze tables, and compares every row and column with what was published:
the first publication of the first day at its tag, and the restated first and the second day as they stand.
Usage: pyiceberg python judge.py CATALOG_DB   Prints a line of JSON per table and publication, with what differs."""
import json
import sys

import gold
from lake import Day, Lake, before, cut
from tables import KEYS, built, compared


def main():
    lake = Lake(sys.argv[1])
    bronze = {name: lake.rows(f"bronze.{name}") for name in ("trades", "market_data", "reference", "permit")}
    holes = lake.rows("ops.log_holes")
    sessions = lake.rows("silver.venue_sessions")
    venues = {row["venue"] for row in sessions}
    first, second = sorted({row["trade_date"] for row in sessions})

    def rows(day):
        return {name: before(table, cut(holes, day)) for name, table in bronze.items()}

    def judge(date, tables, publication, tag=None):
        for name in KEYS:
            found = compared(name, tables[name], lake.rows(name, tag, date))
            print(json.dumps({"publication": publication, "table": name, "rows": len(tables[name]), "differences": len(found), "examples": found[:5]}), flush=True)

    def greeks(date, tag=None):
        return {row["instrument"]: row for row in lake.rows("gold.option_greeks", tag, date)}

    tag = f"eod-{first}"
    once = built(first, rows(first), {}, venues, greeks(first, tag))
    judge(first, once | {"gold.restatements": []}, tag, tag)
    again = built(first, rows(second), {}, venues, greeks(first))
    again["gold.restatements"] = gold.restatements(Day(first), once["gold.portfolio_summary"], again["gold.portfolio_summary"])
    judge(first, again, f"{tag}-r2")
    judge(second, built(second, rows(second), {first: again}, venues, greeks(second)) | {"gold.restatements": []}, f"eod-{second}")


main()
