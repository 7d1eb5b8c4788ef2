"""The executable, its two jobs, and what they leave: everything by its command line, its exit codes and the lines that it prints."""
import json, os, re, signal, sqlite3, subprocess, time
from pathlib import Path


class Stuck(Exception):
    """A day that is neither published nor says what to do."""


class Platform:
    def __init__(self, asked, redis, log):
        self.asked, self.redis, self.producer = asked, redis, log
        self.lake, self.work = Path(asked.work) / "lake", Path(asked.work)
        self.jobs, self.seconds = {}, {}
        self.env = {**os.environ, "DARTLAKE__EndOfDay__GateTimeoutSeconds": "240"}

    def start(self, kind):
        words = ["stream", kind, "--brokers", self.asked.brokers, "--data-dir", self.lake, *(["--redis", self.asked.redis] if kind == "hot" else [])]
        with open(self.work / f"{kind}.log", "ab") as log:
            self.jobs[kind] = subprocess.Popen([self.asked.dartlake, *map(str, words)], stdout=log, stderr=log, env=self.env)

    def stop(self, kind, how=signal.SIGTERM):
        job = self.jobs.pop(kind, None)
        if job:
            job.send_signal(how)
            try:
                job.wait(30)
            except subprocess.TimeoutExpired:
                job.kill()
                job.wait()

    def again(self, kind, how):
        self.stop(kind, how)
        self.start(kind)

    def flush(self):
        for key in self.redis.call("KEYS", "hot:*"):
            self.redis.call("DEL", key)

    def alive(self):
        for kind, job in self.jobs.items():
            if job.poll() is not None:
                said = (self.work / f"{kind}.log").read_text(errors="replace").strip().splitlines()
                raise Stuck(f"stream {kind} has ended with {job.returncode}: {said[-1] if said else ''}")

    def ran(self, *words, limit=600):
        start = time.monotonic()
        done = subprocess.run([self.asked.dartlake, *map(str, words), "--data-dir", str(self.lake)], capture_output=True, text=True, errors="replace", timeout=limit, env=self.env)
        count, total = self.seconds.get(words[0], (0, 0.0))
        self.seconds[words[0]] = count + 1, total + time.monotonic() - start
        return done

    # ---- how far bronze is

    def positions(self, table):
        try:
            with sqlite3.connect(f"file:{self.lake}/catalog.db?mode=ro", uri=True) as catalog:
                row = catalog.execute("select metadata_location from iceberg_tables where table_namespace = 'bronze' and table_name = ?", (table,)).fetchone()
        except sqlite3.OperationalError:                       # not made yet
            return {}
        if not row:
            return {}
        logs = json.loads(json.loads(Path(row[0].removeprefix("file://")).read_text())["properties"].get("dartlake.position", "{}")).get("logs", {})
        return {int(partition): position["next"] for topics in logs.values() for partitions in topics.values() for partition, position in partitions.items()}

    def caught_up(self, topic, table):
        """Waits until bronze has all of a topic."""
        from confluent_kafka import Consumer, TopicPartition
        consumer = Consumer({"bootstrap.servers": self.asked.brokers, "group.id": "days", "enable.auto.commit": False})
        ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=20)[1] for p in range(self.producer.partitions(topic))}
        consumer.close()
        limit = time.monotonic() + 240
        while time.monotonic() < limit:
            there = self.positions(table)
            if all(there.get(p, 0) >= end for p, end in ends.items()):
                return
            self.alive()
            time.sleep(0.1)
        raise Stuck(f"bronze has not read {topic} within 240 s: {there} of {ends}")


ACTS = {
    "fixing": re.compile(r"send to reference_raw an FX_FIXING (\w{3}\w{3}) that is valid at the close"),
    "mark": re.compile(r"send to reference_raw a MARK of (\S+) with as_of (\d{4}-\d\d-\d\d)"),
    "record": re.compile(r"send to reference_raw an? (INSTRUMENT|ACCOUNT) (\S+) that is valid at the close"),
}


def what_to_send(result):
    """[(kind, day, words)] that the failed audits of a run name; a line that names nothing is no help."""
    found = []
    for audit in result["audits"]:
        if audit["status"] != "fail":
            continue
        for row in audit["rows"]:
            named = [(kind, audit["day"], match.groups()) for kind, pattern in ACTS.items() if (match := pattern.search(row))]
            if not named:
                raise Stuck(f"{audit['day']} {audit['subject']} {audit['audit']} says only: {row}")
            found += named
    return found
