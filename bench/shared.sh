#!/usr/bin/env bash
# Tables that are shared, on services of this run's own: a commit on each kind of catalog and store, the bronze job on S3 beside the plain
# PyIceberg loop there, and an end of day on S3 beside the same on local files. Called by run.sh shared [COMMITS [MESSAGES [TRADES]]];
# writes bench/results/catalogs-DATE.md, bronze-s3-DATE.md and shared-day-DATE.md.
# Needs the folder of engines (DARTLAKE_SHARED, else ../shared) and Debian's postgresql and python3-confluent-kafka (make deps).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
commits=${1:-2000} messages=${2:-1000000} trades=${3:-300000}
engines=${DARTLAKE_SHARED:-$here/../../shared}/engines
[[ -x $engines/s3 ]] || { echo "bench: no engines at $engines; set DARTLAKE_SHARED to the folder that holds them" >&2; exit 1; }
postgres=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1) || { echo "bench: postgresql is missing; run make deps" >&2; exit 1; }
configuration=${CONFIGURATION:-Release}
bench=$here/bin/$configuration/net10.0/Dart.Lake.Bench
dartlake=$here/../orchestration/host/bin/$configuration/net10.0/dartlake
[[ -x $dartlake ]] || { echo "bench: no $dartlake; run make build" >&2; exit 1; }
dotnet build "$here/Dart.Lake.Bench.csproj" -c "$configuration" -v q --tl:off -clp:NoSummary

dir=$(mktemp -d "${DARTLAKE_BENCH_DIR:-${TMPDIR:-/var/tmp}}/dartlake-shared-XXXXXX")
free() { python3 -c 'import socket; a=socket.socket(); a.bind(("127.0.0.1",0)); print(a.getsockname()[1])'; }
# postgres refuses to be root
as_server=()
mkdir "$dir/postgres"
if ((EUID == 0)); then
  as_server=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chmod 755 "$dir"
  chown postgres "$dir/postgres"
fi
end() {
  "$engines/kafka" stop "$dir/kafka" >/dev/null 2>&1 || true
  "$engines/s3" stop "$dir/s3" >/dev/null 2>&1 || true
  (cd / && "${as_server[@]}" "$postgres/pg_ctl" -D "$dir/postgres" -m immediate stop) >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap end EXIT
database=$(free) S3_PORT=$(free)
export S3_PORT AWS_ACCESS_KEY_ID=dartlake AWS_SECRET_ACCESS_KEY=dartlake-secret
export BENCH_S3=http://127.0.0.1:$S3_PORT BENCH_CATALOG="Host=127.0.0.1;Port=$database;Username=dartlake"
(
  cd /
  "${as_server[@]}" "$postgres/initdb" -D "$dir/postgres" -U dartlake -A trust -E UTF8 --locale=C >/dev/null
  "${as_server[@]}" "$postgres/pg_ctl" -D "$dir/postgres" -w -l "$dir/postgres/log" \
    -o "-p $database -c listen_addresses=127.0.0.1 -k $dir/postgres -c max_connections=200" start >/dev/null
)
"$engines/s3" start "$dir/s3" lake >&2
new() {
  "$postgres/createdb" -h 127.0.0.1 -p "$database" -U dartlake "$1"
  DARTLAKE__Lake__Catalog="$BENCH_CATALOG;Database=$1" DARTLAKE__Lake__Location="s3://lake/$1" DARTLAKE__Lake__S3Endpoint=$BENCH_S3 \
    DARTLAKE__Lake__S3PathStyle=true "$dartlake" migrate --data-dir "$dir/migrate-$1" >/dev/null
}

new commits_s3
new commits_rest
"$postgres/createdb" -h 127.0.0.1 -p "$database" -U dartlake commits_local
DARTLAKE__Lake__Catalog="$BENCH_CATALOG;Database=commits_local" "$dartlake" migrate --data-dir "$dir/on-postgres" >/dev/null
"$bench" catalogs "$dartlake" "$dir" "$here/results/catalogs-$(date +%F).md" "$commits"

"$postgres/createdb" -h 127.0.0.1 -p "$database" -U dartlake shared_day
"$bench" shared-day "$dartlake" "$dir/day" "$here/results/shared-day-$(date +%F).md" "$trades"

KAFKA_PORT=$(free) KAFKA_CONTROLLER_PORT=$(free)
export KAFKA_PORT KAFKA_CONTROLLER_PORT
"$engines/kafka" start "$dir/kafka" >&2
brokers=127.0.0.1:$KAFKA_PORT
mkdir -p "$dir/lake"
filled=$("$bench" fill "$brokers" "$dir/lake" "$messages")
for round in 1 2 3; do
  new "bronze${round}_round_1"
  new "bronze${round}_round_2"
  rm -rf "$dir/lake/round-"*
  BENCH_LAKE=bronze$round "$bench" run "$brokers" "$dir/lake" "$messages" commit | tee -a "$dir/ours" >&2
done
"$engines/kafka" topic "$dir/kafka" quotes_json 8 >/dev/null
"$engines/pyiceberg" python "$engines/stream-pyiceberg.py" fill "$brokers" quotes_json "$messages"
"$postgres/createdb" -h 127.0.0.1 -p "$database" -U dartlake peer
# the same loop, its catalog in Postgres and its tables on S3
cat >"$dir/peer.py" <<'PY'
import functools, importlib.util, os, sys
spec = importlib.util.spec_from_file_location("loop", sys.argv[1])
loop = importlib.util.module_from_spec(spec)
spec.loader.exec_module(loop)
plain, endpoint, database = loop.SqlCatalog, os.environ["BENCH_S3"], sys.argv[2]
places = {
    "uri": f"postgresql+psycopg2://dartlake@127.0.0.1:{database}/peer", "warehouse": "s3://lake/peer", "s3.endpoint": endpoint, "s3.region": "us-east-1",
    "s3.access-key-id": os.environ["AWS_ACCESS_KEY_ID"], "s3.secret-access-key": os.environ["AWS_SECRET_ACCESS_KEY"],
}
loop.SqlCatalog = lambda name, **given: plain(name, **{**given, **places})
loop.run(sys.argv[3], sys.argv[4], sys.argv[5], int(sys.argv[6]))
PY
peer=$(for _ in 1 2 3; do
  "$engines/pyiceberg" python "$dir/peer.py" "$engines/stream-pyiceberg.py" "$database" "$brokers" quotes_json "$dir/peer" "$messages"
done)
python3 - "$dir/ours" "$peer" "$here/results" "$filled" <<'PY'
import datetime, json, os, sys
ours = [json.loads(line) for line in open(sys.argv[1])]
peer = [json.loads(line) for line in sys.argv[2].splitlines()]
filled = json.loads(sys.argv[4])
def best(runs, number): return min((run for run in runs if run["round"] == number), key=lambda run: run["cpu_us_per_message"])
(first, second), (peer_first, peer_second) = ([best(runs, number) for number in (1, 2)] for runs in (ours, peer))
ratio = second["cpu_us_per_message"] / peer_second["cpu_us_per_message"]
text = f"""# Bronze on S3 with a catalog in Postgres, beside the plain PyIceberg loop there

{datetime.date.today()}, {os.cpu_count()} cores; broker, Postgres and the S3 service run on the same cores. {filled['messages']:,} messages of 8 partitions, {second['commits']} commits; CPU is that of the whole process. The least of three processes of each, each of which goes over the messages twice.

| | ours, µs a message | the loop, µs | ratio |
|---|---|---|---|
| second round | {second['cpu_us_per_message']:.2f} | {peer_second['cpu_us_per_message']:.2f} | **{ratio:.2f}** |
| first round, with start-up | {first['cpu_us_per_message']:.2f} | {peer_first['cpu_us_per_message']:.2f} | {first['cpu_us_per_message'] / peer_first['cpu_us_per_message']:.2f} |

Seconds of the second round: ours {second['seconds']}, the loop {peer_second['seconds']} ({peer_second['snapshots']} commits). Repeat: `make bench ARGS=shared`.
"""
open(os.path.join(sys.argv[3], f"bronze-s3-{datetime.date.today()}.md"), "w").write(text)
print(text)
PY
