#!/usr/bin/env bash
# What a row of an answer costs the client of Trino, ours beside Trino's own for Python in one run: rows in the answers themselves, and
# spooled on S3 (json+zstd). Called by run.sh trino [ROWS]; writes bench/results/trino-DATE.md.
# Needs the folder of engines (DARTLAKE_SHARED, else ../shared) and Java 25.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rows=${1:-5000000} rounds=3
engines=${DARTLAKE_SHARED:-$here/../../shared}/engines
[[ -x $engines/trino ]] || { echo "bench: no engines at $engines; set DARTLAKE_SHARED to the folder that holds them" >&2; exit 1; }
configuration=${CONFIGURATION:-Release}
dotnet build "$here/Dart.Lake.Bench.csproj" -c "$configuration" -v q --tl:off -clp:NoSummary
bench=$here/bin/$configuration/net10.0/Dart.Lake.Bench

dir=$(mktemp -d "${DARTLAKE_BENCH_DIR:-${TMPDIR:-/var/tmp}}/dartlake-trino-XXXXXX")
free() { python3 -c 'import socket; a=socket.socket(); a.bind(("127.0.0.1",0)); print(a.getsockname()[1])'; }
end() {
  "$engines/trino" stop "$dir/trino" >/dev/null 2>&1 || true
  "$engines/s3" stop "$dir/s3" >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap end EXIT
S3_PORT=$(free) TRINO_PORT=$(free)
export S3_PORT TRINO_PORT AWS_ACCESS_KEY_ID=dartlake AWS_SECRET_ACCESS_KEY=dartlake-secret
"$engines/s3" start "$dir/s3" spool >&2
export LAKE_S3_ENDPOINT=http://127.0.0.1:$S3_PORT LAKE_S3_KEY=$AWS_ACCESS_KEY_ID LAKE_S3_SECRET=$AWS_SECRET_ACCESS_KEY
TRINO_SPOOL=s3://spool/answers TRINO_HEAP=2g "$engines/trino" start "$dir/trino" >&2

query="SELECT n, 'row ' || CAST(n % 1000 AS varchar) AS name, CAST(n AS decimal(18, 6)) AS price, n * 0.1e0 AS ratio,
  TIMESTAMP '2026-01-01 00:00:00.000000' + n * INTERVAL '1' SECOND AS moment FROM TABLE(sequence(start => 1, stop => $rows)) AS t(n)"
cat >"$dir/fetch.py" <<'PY'
import json, resource, sys, time
import trino
host, port, encoding, query, rounds = sys.argv[1:]
cpu = lambda: (lambda u: u.ru_utime + u.ru_stime)(resource.getrusage(resource.RUSAGE_SELF))
for _ in range(int(rounds)):
    connection = trino.dbapi.connect(host=host, port=int(port), user="bench", encoding=[encoding] if encoding else [])
    began, used, rows = time.monotonic(), cpu(), 0
    cursor = connection.cursor()
    cursor.execute(query)
    while page := cursor.fetchmany(10000):
        rows += len(page)
    print(json.dumps({"rows": rows, "seconds": time.monotonic() - began, "cpu": cpu() - used}), flush=True)
PY
for mode in direct spooled; do
  encoding=; [[ $mode == direct ]] || encoding=json+zstd
  echo "$mode" >&2
  "$bench" trino "http://127.0.0.1:$TRINO_PORT" "$encoding" "$query" "$rounds" | tee "$dir/ours-$mode" >&2
  "$engines/dbt" python "$dir/fetch.py" 127.0.0.1 "$TRINO_PORT" "$encoding" "$query" "$rounds" | tee "$dir/python-$mode" >&2
done
python3 - "$dir" "$rows" "$here/results/trino-$(date +%F).md" <<'PY'
import json, os, sys
folder, rows, page = sys.argv[1], int(sys.argv[2]), sys.argv[3]
lines = [f"# Rows from Trino, {rows:,} of five columns", "",
    f"Trino 483, S3 and the client on one machine of {os.cpu_count()} cores. Bigint, varchar, decimal, double and timestamp, computed on the fly. "
    "The best of three rounds in one process, by CPU; the server sets the pace.", "",
    "| client | way | rows/s | client's CPU a row, µs |", "|---|---|---|---|"]
for mode in ("direct", "spooled"):
    for name, who in (("ours", "dartlake"), ("python", "Trino's for Python")):
        rounds = [json.loads(line) for line in open(f"{folder}/{name}-{mode}")]
        assert all(r["rows"] == rows for r in rounds), rounds
        best = min(rounds, key=lambda r: r["cpu"])
        lines.append(f"| {who} | {mode} | {rows / best['seconds']:,.0f} | {best['cpu'] / rows * 1e6:.2f} |")
open(page, "w").write("\n".join(lines) + "\n")
print("\n".join(lines))
PY
