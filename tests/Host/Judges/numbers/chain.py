"""Computes silver and gold of a chain of publications again from bronze, run by run, and compares every row and column with what was published
at each tag; then the sums that must hold over the days.
Usage: pyiceberg python chain.py CATALOG_DB RUNS   RUNS: a list of {run, last, days: [{date, tag}]}, in order. Prints a line of JSON per table and publication, with what differs."""
import datetime
import json
import sys

import gold
import sums
from lake import Day, Lake, before, cut, place
from tables import KEYS, built, compared


def said(publication, table, rows, found):
    print(json.dumps({"publication": publication, "table": table, "rows": rows, "differences": len(found), "examples": found[:5]}), flush=True)


def main():
    lake = Lake(sys.argv[1])
    with open(sys.argv[2]) as file:
        runs = json.load(file)
    bronze = {name: lake.rows(f"bronze.{name}") for name in ("trades", "market_data", "permit")}
    holes = lake.rows("ops.log_holes")
    venues = {row["venue"] for row in lake.rows("silver.venue_sessions")}
    there = {}                                                        # the last publication of each day, as it was found
    for run in runs:
        ends = cut(holes, datetime.date.fromisoformat(run["last"]))
        rows = {name: before(table, ends) for name, table in bronze.items()}
        rows["reference"] = sorted(lake.rows("bronze.reference", f"in-{run['run']}"), key=place)
        for day in run["days"]:
            date, tag = datetime.date.fromisoformat(day["date"]), day["tag"]
            past = {d: there[d] for d in sorted(there) if d < date}
            published = {name: lake.rows(name, tag, date) for name in KEYS}
            tables = built(date, rows, past, venues, {row["instrument"]: row for row in published["gold.option_greeks"]})
            tables["gold.restatements"] = gold.restatements(Day(date), there[date]["gold.portfolio_summary"], tables["gold.portfolio_summary"]) if date in there else []
            for name in KEYS:
                said(tag, name, len(tables[name]), compared(name, tables[name], published[name]))
            there[date] = tables | {"published": published, "tag": tag}
    days = [there[date] for date in sorted(there)]
    for name, count, found in sums.checks([d["published"] for d in days]):
        said("all days", name, count, found)
    name, count, found = sums.hot(lake.rows("ops.hot_close"), runs, there)
    said("all days", name, count, found)


main()
