#!/usr/bin/env python3
"""A chain of trading days by a seed, with what goes wrong on them, through both jobs and an end of day each.

  days.py SEED --start DATE --days N --events FOLDER --brokers LIST --redis ADDR --dartlake FILE --work DIR [--trades N] [--odd N | --kinds NAME,…]

Kafka and Redis must be its own: a Kafka that has the topics already is refused. Writes DIR/runs.json: each publication, with its days and tags. Exits 1 with a line when a day is stuck.
"""
import argparse, datetime, json, os, random, signal, sys, time, traceback
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("seed", type=int)
parser.add_argument("--days", type=int, default=6)
parser.add_argument("--trades", type=int, default=40, help="of a day, at most")
parser.add_argument("--odd", type=int, default=4, help="things that go wrong on a day, at most")
parser.add_argument("--kinds", help="what goes wrong on each day, instead of what is drawn")
for flag in ("start", "events", "brokers", "redis", "dartlake", "work"):
    parser.add_argument(f"--{flag}", required=True)
asked = parser.parse_args()
sys.path[:0] = [asked.events, str(Path(__file__).resolve().parents[1] / "Judges" / "numbers")]
import events
import trading
from run import Redis

events.HOLIDAYS.update(d.isoformat() for d in trading.CLOSED)
from book import Book
from oddities import Oddities
from dartlake import Platform, Stuck, what_to_send

OF_JOBS = {
    "hot_again": ("hot", signal.SIGTERM), "hot_killed": ("hot", signal.SIGKILL), "bronze_again": ("bronze", signal.SIGTERM), "bronze_killed": ("bronze", signal.SIGKILL),
    "hot_emptied": ("hot", signal.SIGKILL),
}
OF_DAYS = ("skipped", "empty", "missing_fixing")


class Chain:
    def __init__(self):
        self.draw, self.looks = random.Random(asked.seed), random.Random(-asked.seed)
        self.days = trading.days_from(datetime.date.fromisoformat(asked.start), asked.days)
        Path(asked.work).mkdir(parents=True, exist_ok=True)
        registry = Path(asked.work) / "lake" / "registry"
        self.log = events.Log(asked.brokers, registry)
        if there := sorted(set(events.TOPICS) & set(self.log.admin.list_topics(timeout=20).topics)):
            sys.exit(f"the Kafka at {asked.brokers} has {', '.join(there)} already: days.py would delete them; name one that is new")
        self.log.new(2)
        while any(len(self.log.admin.list_topics(name, timeout=10).topics[name].partitions) < 2 for name in events.TOPICS):
            time.sleep(0.2)
        self.book = Book(self.log, self.draw, self.days, asked.trades)
        self.odd = Oddities(self.book)
        self.platform = Platform(asked, Redis(asked.redis), self.log)
        self.platform.flush()
        self.kinds = sorted(name for name in dir(Oddities) if name[0] != "_" and callable(getattr(Oddities, name)) and name != "other")
        self.pool, self.runs, self.drawn, self.acts = [], [], {}, 0

    def drawing(self):
        """Some kinds, each once before any comes again."""
        if asked.kinds:
            return asked.kinds.split(",")
        found = []
        for _ in range(self.draw.randint(max(1, asked.odd // 2), asked.odd) if asked.odd else 0):
            if not self.pool:
                self.pool = self.kinds + list(OF_JOBS) + list(OF_DAYS)
                self.draw.shuffle(self.pool)
            found.append(self.pool.pop())
        return found

    def day(self, day, last):
        kinds = self.drawing() + (["currencies_on_a_holiday"] if (day - trading.step(day, -1)).days in (2, 4) else []) + (["in_the_hour_that_comes_twice"] if asked.odd else [])
        print(f"{day} {' '.join(kinds)}", flush=True)
        for kind in kinds:
            self.drawn[kind] = self.drawn.get(kind, 0) + 1
        if "empty" in kinds and day != self.days[0]:
            self.book.fixings(day)
            self.book.end(day)
        else:
            among = [lambda k=k: getattr(self.odd, k)(day) for k in kinds if k in self.kinds and not k.startswith("after_")]
            missing = [self.draw.choice(list(self.book.fx))] if "missing_fixing" in kinds else []
            self.book.day(day, among, missing, lambda: self.jobs(kinds))
        later = [k for k in kinds if k.startswith("after_")]
        if later and self.draw.random() < .5:                  # between the cut and the end of day
            self.after(day, later)
            later = []
        if "skipped" not in kinds or last:
            self.close(day, last)
        self.after(day, later)

    def after(self, day, kinds):
        for kind in kinds:
            getattr(self.odd, kind)(day)
        self.log.flush()

    def jobs(self, kinds):
        for kind in kinds:
            if kind in OF_JOBS:
                job, how = OF_JOBS[kind]
                if kind == "hot_emptied":
                    self.platform.stop(job, how)
                    self.platform.flush()
                    self.platform.start(job)
                else:
                    self.platform.again(job, how)

    def close(self, day, last):
        """Ends a day; does what the lines say when something is missing; then batch and hot are equal."""
        acted = []
        self.platform.caught_up("reference_raw", "reference")
        for attempt in range(4):
            self.platform.alive()
            done = self.platform.ran("eod", "--date", day, "--json")
            if done.returncode == 0:
                break
            if done.returncode != 1 or "audits" not in done.stdout:
                raise Stuck(f"eod ended with {done.returncode}: {done.stderr.strip()[-600:]}")
            acted += self.act(json.loads(done.stdout), done.stderr)
        else:
            raise Stuck(f"eod does not publish after {acted}: {done.stderr.strip()[-300:]}")
        result = json.loads(done.stdout)
        self.runs.append({"run": result["run_id"], "last": day.isoformat(), "days": result["days"], "acted": acted, "outcome": result["outcome"], "remarks": result["remarks"]})
        (Path(asked.work) / "runs.json").write_text(json.dumps(self.runs))
        print(f"  {result['outcome']} {', '.join(d['tag'] for d in result['days'])}{' after ' + '; '.join(acted) if acted else ''}", flush=True)
        # a run publishes nothing that hot and batch do not agree on; the verb looks at values and at the publication besides
        if not last and self.looks.random() < .6:
            return
        checked = self.platform.ran("reconcile", "--date", day)
        if checked.returncode:
            raise Stuck(f"reconcile ended with {checked.returncode}: {checked.stderr.strip()[-600:]}")

    def act(self, result, error):
        """Sends exactly what the lines name."""
        acts = what_to_send(result)
        if not acts:
            raise Stuck(f"{error.strip()[-200:]}: {'; '.join(result['differences'][:5])}")
        done = []
        for kind, of, words in acts:
            date = datetime.date.fromisoformat(of)
            t = events.at(of, "21:00")
            if kind == "fixing":
                self.book.fixing(words[0], date, published=t)
            elif kind == "mark":
                self.log.reference("MARK", words[0], t, events.at(words[1], "16:00"), as_of=words[1], value=self.book.price(words[0], date))
            elif words[0] == "INSTRUMENT":
                self.log.instrument(words[1], t, self.book.currency[words[1]])
            else:
                self.log.account(words[1], t)
            done.append(f"{of} {kind} {' '.join(words)}")
        self.acts += len(done)
        self.log.flush()
        self.platform.caught_up("reference_raw", "reference")
        return done

    def run(self):
        self.platform.start("bronze")
        self.platform.start("hot")
        self.book.open()
        for day in self.days:
            try:
                self.day(day, day == self.days[-1])
            except Exception as e:
                if not isinstance(e, Stuck):
                    traceback.print_exc()
                raise Stuck(f"seed {asked.seed}, {day}: {e}") from None


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chain = Chain()
    try:
        chain.run()
    except Stuck as e:
        print(f"stuck: {e}", file=sys.stderr, flush=True)
        sys.exit(1)
    finally:
        for kind in list(chain.platform.jobs):
            chain.platform.stop(kind)
    publications = sum(len(run["days"]) for run in chain.runs)
    print(json.dumps({"days": len(chain.days), "runs": len(chain.runs), "publications": publications, "acts": chain.acts, "drawn": chain.drawn,
                      "seconds": {verb: f"{count} x {total / count:.1f}" for verb, (count, total) in chain.platform.seconds.items()}}))


main()
