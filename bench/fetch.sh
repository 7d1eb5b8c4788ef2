#!/usr/bin/env bash
# What a row of an answer costs the client of Trino and of Spark, ours beside Python's in one run: Trino's rows in the answers themselves
# and spooled on S3 (json+zstd), Spark's as Arrow. Called by run.sh fetch [ROWS]; writes bench/results/fetch-DATE.md.
# Beside ours read Trino's own client for Python (to rows), and for Spark, whose Python is no Debian package, what its toArrow does at the
# least: gRPC's calls and pyarrow's reader, each batch decoded, no DataFrame made.
# Needs the folder of engines (DARTLAKE_SHARED, else ../shared), Java 17 and 25, and Debian's python3-grpcio.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rows=${1:-5000000} rounds=3
engines=${DARTLAKE_SHARED:-$here/../../shared}/engines
[[ -x $engines/trino ]] || { echo "bench: no engines at $engines; set DARTLAKE_SHARED to the folder that holds them" >&2; exit 1; }
/usr/bin/python3 -c 'import grpc' 2>/dev/null || { echo "bench: python3-grpcio is missing; apt-get install python3-grpcio" >&2; exit 1; }
configuration=${CONFIGURATION:-Release}
dotnet build "$here/Dart.Lake.Bench.csproj" -c "$configuration" -v q --tl:off -clp:NoSummary
bench=$here/bin/$configuration/net10.0/Dart.Lake.Bench

dir=$(mktemp -d "${DARTLAKE_BENCH_DIR:-${TMPDIR:-/var/tmp}}/dartlake-fetch-XXXXXX")
free() { python3 -c 'import socket; a=socket.socket(); a.bind(("127.0.0.1",0)); print(a.getsockname()[1])'; }
end() {
  "$engines/trino" stop "$dir/trino" >/dev/null 2>&1 || true
  "$engines/spark" stop "$dir/spark" >/dev/null 2>&1 || true
  "$engines/s3" stop "$dir/s3" >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap end EXIT
S3_PORT=$(free) TRINO_PORT=$(free) SPARK_PORT=$(free)
export S3_PORT TRINO_PORT SPARK_PORT AWS_ACCESS_KEY_ID=dartlake AWS_SECRET_ACCESS_KEY=dartlake-secret

cat >"$dir/of-trino.py" <<'PY'
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
cat >"$dir/of-spark.py" <<'PY'
import json, resource, sys, time, uuid
import grpc, pyarrow as pa
port, query, rounds = sys.argv[1:]
cpu = lambda: (lambda u: u.ru_utime + u.ru_stime)(resource.getrusage(resource.RUSAGE_SELF))
def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])
def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data
def fields(data):
    at = 0
    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]; at += 1
            value |= (byte & 127) << shift; shift += 7
            if byte < 128:
                return value
    while at < len(data):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        elif key & 7 == 2:
            size = number()
            yield key >> 3, data[at:at + size]
            at += size
        else:
            raise ValueError(key)
channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", 128 << 20)])
execute = channel.unary_stream("/spark.connect.SparkConnectService/ExecutePlan")
# ExecutePlanRequest: session_id 1, user_context 2 (user_id 1), plan 3 (root 1: sql 10: query 1)
plan = field(1, field(10, field(1, query.encode())))
request = field(1, str(uuid.uuid4()).encode()) + field(2, field(1, b"bench")) + field(3, plan)
for _ in range(int(rounds)):
    began, used, rows = time.monotonic(), cpu(), 0
    for answer in execute(request):
        for number, value in fields(memoryview(answer)):
            if number == 2:
                data = dict(fields(value))[2]
                for batch in pa.ipc.open_stream(pa.py_buffer(data)):
                    rows += batch.num_rows
    print(json.dumps({"rows": rows, "seconds": time.monotonic() - began, "cpu": cpu() - used}), flush=True)
PY

"$engines/s3" start "$dir/s3" spool >&2
export LAKE_S3_ENDPOINT=http://127.0.0.1:$S3_PORT LAKE_S3_KEY=$AWS_ACCESS_KEY_ID LAKE_S3_SECRET=$AWS_SECRET_ACCESS_KEY
TRINO_SPOOL=s3://spool/answers TRINO_HEAP=2g "$engines/trino" start "$dir/trino" >&2
query="SELECT n, 'row ' || CAST(n % 1000 AS varchar) AS name, CAST(n AS decimal(18, 6)) AS price, n * 0.1e0 AS ratio,
  TIMESTAMP '2026-01-01 00:00:00.000000' + n * INTERVAL '1' SECOND AS moment FROM TABLE(sequence(start => 1, stop => $rows)) AS t(n)"
for mode in direct spooled; do
  encoding=; [[ $mode == direct ]] || encoding=json+zstd
  echo "Trino, $mode" >&2
  "$bench" trino "http://127.0.0.1:$TRINO_PORT" "$encoding" "$query" "$rounds" | tee "$dir/ours-$mode" >&2
  "$engines/dbt" python "$dir/of-trino.py" 127.0.0.1 "$TRINO_PORT" "$encoding" "$query" "$rounds" | tee "$dir/python-$mode" >&2
done
"$engines/trino" stop "$dir/trino" >&2

LAKE_S3_ENDPOINT='' "$engines/spark" start "$dir/spark" >&2
query="SELECT id + 1 AS n, 'row ' || CAST(id % 1000 AS string) AS name, CAST(id AS decimal(18, 6)) AS price, id * 0.1D AS ratio,
  TIMESTAMP '2026-01-01 00:00:00' + make_dt_interval(0, 0, 0, id) AS moment FROM range($rows)"
echo 'Spark' >&2
"$bench" spark "sc://127.0.0.1:$SPARK_PORT" "$query" "$rounds" | tee "$dir/ours-arrow" >&2
pyarrow=$("$engines/pyiceberg" python <(echo 'import os, pyarrow; print(os.path.dirname(os.path.dirname(pyarrow.__file__)))'))
PYTHONPATH=$pyarrow /usr/bin/python3 "$dir/of-spark.py" "$SPARK_PORT" "$query" "$rounds" | tee "$dir/python-arrow" >&2

python3 - "$dir" "$rows" "$here/results/fetch-$(date +%F).md" <<'PY'
import json, os, sys
folder, rows, page = sys.argv[1], int(sys.argv[2]), sys.argv[3]
lines = [f"# Rows from Trino and Spark, {rows:,} of five columns", "",
    f"Trino 483, Spark 4.1.3, S3 and the client on one machine of {os.cpu_count()} cores. Bigint, text, decimal, double and timestamp, computed on the fly. "
    "The best of three rounds in one process, by CPU; the server sets the pace.", "",
    "| server | way | client | rows/s | client's CPU a row, µs | of Python's |", "|---|---|---|---|---|---|"]
for server, mode, python in (("Trino", "direct", "its own for Python"), ("Trino", "spooled", "its own for Python"),
        ("Spark", "arrow", "gRPC and pyarrow in Python, at the least")):
    best = {}
    for name in ("ours", "python"):
        rounds = [json.loads(line) for line in open(f"{folder}/{name}-{mode}")]
        assert all(r["rows"] == rows for r in rounds), rounds
        best[name] = min(rounds, key=lambda r: r["cpu"])
    for name, who in (("ours", "dartlake"), ("python", python)):
        b = best[name]
        lines.append(f"| {server} | {mode} | {who} | {rows / b['seconds']:,.0f} | {b['cpu'] / rows * 1e6:.2f} | {b['cpu'] / best['python']['cpu']:.2f} |")
open(page, "w").write("\n".join(lines) + "\n")
print("\n".join(lines))
PY
