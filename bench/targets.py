"""What an end of day costs on one engine, and the page over all: called by targets.sh."""
import json, os, resource, subprocess, sys, time
from datetime import datetime

ENGINES = ("duckdb", "trino", "spark")
SIMPLE = ("VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "DATE", "TIMESTAMP", "DECIMAL")


def of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def of_process(pid):
    if pid is None:
        return 0.0
    with open(f"/proc/{pid}/stat") as stat:
        after_name = stat.read().rsplit(")", 1)[1].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def listening(port):
    """The process that listens on a port of this machine."""
    wanted = f":{int(port):04X}"
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as lines:
            inodes |= {f[9] for f in map(str.split, lines) if f[1].endswith(wanted) and f[3] == "0A"}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{descriptor}") in {f"socket:[{i}]" for i in inodes}:
                    return pid
        except OSError:
            continue
    raise SystemExit(f"bench: nobody listens on {port}")


def measure(dartlake, home, folder, engine, port=None):
    server = listening(port) if port else None

    def run(*line):
        began, client, served = time.monotonic(), of_children(), of_process(server)
        done = subprocess.run([dartlake, *line, "--data-dir", home, "--json"], stdout=subprocess.PIPE)
        if done.returncode:
            raise SystemExit(f"bench: dartlake {line[0]} ended with {done.returncode}: {done.stdout.decode()[-2000:]}")
        return {"seconds": time.monotonic() - began, "client": of_children() - client, "server": of_process(server) - served}, json.loads(done.stdout or "null")

    def rows(query, *more):
        return run("sql", query, *more)

    used = {"read": {"seconds": 0, "client": 0, "server": 0}, "rows": 0}
    tables = [t["table_name"] for t in rows("select table_name from information_schema.tables where table_schema = 'bronze' order by 1")[1]]
    for table in tables:
        columns = [c["column_name"] for c in rows(f"select column_name, data_type from information_schema.columns where table_schema = 'bronze' and table_name = '{table}'")[1]
                   if c["data_type"].split("(")[0].split(" ")[0] in SIMPLE and "[" not in c["data_type"]]
        asked = ", ".join(f'max("{c}") as m{i}' for i, c in enumerate(columns))
        cost, answer = rows(f"select count(*) as n, {asked} from bronze.{table}", "--engine", engine)
        used["rows"] += int(answer[0]["n"])
        for key, value in cost.items():
            used["read"][key] += value
    days = sorted({r["trade_date"] for r in run("runs", "ls")[1] if r["kind"] == "eod"})
    # another value of a var makes published days be built again
    used["eod"], ended = run("eod", "--from", days[0], "--to", days[-1], "--vars", f"{{stale_mark_days: {4 + ENGINES.index(engine)}}}", "--target", engine)
    if ended["outcome"] != "Published":
        raise SystemExit(f"bench: {engine} published nothing: {ended}")
    last = next(r["run"] for r in run("runs", "ls")[1] if r["kind"] == "eod")
    used["shown"] = run("runs", "show", last)[1]
    with open(os.path.join(folder, f"{engine}.json"), "w") as file:
        json.dump(used, file)
    print(engine, {k: v for k, v in used.items() if k != "shown"}, file=sys.stderr)


def took(stage):
    return (datetime.fromisoformat(stage["ended_at"]) - datetime.fromisoformat(stage["started_at"])).total_seconds()


def page(folder, trades, path):
    load = open("/proc/loadavg").read().split()[0]
    lines = [f"# The end of a demo's two days, {int(trades):,} trades, on three engines", "",
             f"One embedded lake, {os.cpu_count()} cores, Trino with 8 GB of heap and Spark with 8 GB, one after the other in one run. CPU is user and system time in seconds: of the "
             "engine (for DuckDB of the one process), and of dartlake beside it, which compiles models, makes names of staging tables, reads footers, builds option_greeks and commits (no statistics). "
             "Reading is one query a bronze table that looks at every column; computing is the rest of the engine's.", "",
             "| engine | reading bronze once, CPU s | computing, CPU s | dartlake beside it, CPU s | end of day, s | of that publication and commit, s | of DuckDB's CPU |", "|---|---|---|---|---|---|---|"]
    base = None
    for engine in ENGINES:
        with open(os.path.join(folder, f"{engine}.json")) as file:
            used = json.load(file)
        own = engine == "duckdb"
        read = used["read"]["client" if own else "server"]
        whole = used["eod"]["client" if own else "server"]
        beside = 0 if own else used["eod"]["client"]
        base = base or whole + beside
        publication = sum(took(s) for s in used["shown"]["stages"] if s["name"].split(" ")[0] == "publication")
        lines.append(f"| {engine} | {read:.1f} | {max(0, whole - read):.1f} | {'in it' if own else f'{beside:.1f}'} | {used['eod']['seconds']:.0f} | {publication:.1f} | {(whole + beside) / base:.2f} |")
    lines += ["", f"Rows in bronze: {used['rows']:,}. Load when it ended: {load}. Repeat: `bench/run.sh targets {trades}`."]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    print("\n".join(lines))


{"measure": measure, "page": page}[sys.argv[1]](*sys.argv[2:])
