#!/usr/bin/env bash
# What a message costs from a real broker into committed tables, stage by stage, beside the plain PyIceberg loop on JSON of the same content.
#   bench/run.sh [MESSAGES]            default 3000000; writes bench/results/bronze-DATE.md
#   bench/run.sh commits [COMMITS]     default 86400, a day at one a second; writes bench/results/commits-DATE.md and needs no engines
#   bench/run.sh day [--trades N] [--memory MIB]   the demo's day beside DuckDB alone over the same bronze files, default 1000000 trades and
#                                      default memory; writes bench/results/day-DATE-N.md (or day-DATE-N-MIB.md) and needs no engines
#   bench/run.sh fetch [ROWS]          what a row of Trino's and Spark's answers costs the client, beside clients in Python: see fetch.sh
#   bench/run.sh targets [TRADES]      the end of a day on DuckDB, Trino and Spark: see targets.sh
#   bench/run.sh shared [COMMITS [MESSAGES [TRADES]]]   what shared tables cost: see shared.sh
# Needs the folder of engines (DARTLAKE_SHARED, else ../shared), Java 17 and Debian's python3-confluent-kafka (make deps).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ ${1:-} == shared ]]; then
  shift
  exec "$here/shared.sh" "$@"
fi
if [[ ${1:-} == fetch || ${1:-} == targets ]]; then
  exec "$here/$1.sh" "${@:2}"
fi
if [[ ${1:-} == commits ]]; then
  configuration=${CONFIGURATION:-Release}
  dotnet build "$here/Dart.Lake.Bench.csproj" -c "$configuration" -v q --tl:off -clp:NoSummary
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  "$here/bin/$configuration/net10.0/Dart.Lake.Bench" commits "${2:-86400}" "$dir" "$here/results/commits-$(date +%F).md"
  exit
fi
if [[ ${1:-} == day ]]; then
  shift
  trades=1000000 memory=0
  while (($#)); do
    case $1 in
      --trades) trades=${2:?--trades wants a number} ;;
      --memory) memory=${2:?--memory wants MiB} ;;
      *) echo "bench: day takes --trades N and --memory MIB, not $1" >&2; exit 2 ;;
    esac
    shift 2
  done
  configuration=${CONFIGURATION:-Release}
  dotnet build "$here/Dart.Lake.Bench.csproj" -c "$configuration" -v q --tl:off -clp:NoSummary
  dartlake=$here/../orchestration/host/bin/$configuration/net10.0/dartlake
  [[ -x $dartlake ]] || { echo "bench: no $dartlake; run make build" >&2; exit 1; }
  # the files of a large day do not fit where temporary files are memory
  dir=$(mktemp -d "${DARTLAKE_BENCH_DIR:-${TMPDIR:-/var/tmp}}/dartlake-day-XXXXXX")
  trap 'rm -rf "$dir"' EXIT
  name=day-$(date +%F)-$trades
  ((memory == 0)) || name+=-$memory
  "$here/bin/$configuration/net10.0/Dart.Lake.Bench" day "$dartlake" "$dir" "$here/results/$name.md" "$trades" "$memory"
  exit
fi
count=${1:-3000000}
shared=${DARTLAKE_SHARED:-$here/../../shared}
engines=$shared/engines
[[ -x $engines/kafka ]] || { echo "bench: no engines at $engines; set DARTLAKE_SHARED to the folder that holds them" >&2; exit 1; }
[[ -d /usr/lib/python3/dist-packages/confluent_kafka ]] || { echo "bench: python3-confluent-kafka is missing; run make deps" >&2; exit 1; }

configuration=${CONFIGURATION:-Release}
dotnet build "$here/Dart.Lake.Bench.csproj" -c "$configuration" -v q --tl:off -clp:NoSummary
bench=$here/bin/$configuration/net10.0/Dart.Lake.Bench
dir=$(mktemp -d)
port=$(python3 -c 'import socket; a=socket.socket(); a.bind(("127.0.0.1",0)); print(a.getsockname()[1])')
controller=$(python3 -c 'import socket; a=socket.socket(); a.bind(("127.0.0.1",0)); print(a.getsockname()[1])')
trap '"$engines/kafka" stop "$dir/kafka" >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT
KAFKA_PORT=$port KAFKA_CONTROLLER_PORT=$controller "$engines/kafka" start "$dir/kafka" >&2
brokers=127.0.0.1:$port

echo "filling $count quotes" >&2
mkdir -p "$dir/lake"
filled=$("$bench" fill "$brokers" "$dir/lake" "$count")
for stage in consume decode parquet commit; do
  for round in 1 2 3; do
    rm -rf "$dir/lake/round-"*
    "$bench" run "$brokers" "$dir/lake" "$count" "$stage" | tee -a "$dir/ours" >&2
  done
done
cat >"$dir/count.py" <<'PY'
import sys
from pyiceberg.catalog.sql import SqlCatalog
table = SqlCatalog("lake", uri="sqlite:///" + sys.argv[1]).load_table("bronze.market_data")
print(table.scan(selected_fields=("_offset",)).to_arrow().num_rows, len(table.snapshots()))
PY
read -r rows snapshots < <("$engines/pyiceberg" python "$dir/count.py" "$dir/lake/round-2/catalog.db")
[[ $rows == "$count" ]] || { echo "bench: PyIceberg counts $rows rows, not $count" >&2; exit 1; }
[[ $snapshots -ge 30 || $count -lt 3000000 ]] || { echo "bench: only $snapshots commits" >&2; exit 1; }

echo "the PyIceberg loop" >&2
"$engines/kafka" topic "$dir/kafka" quotes_json 8 >/dev/null
"$engines/pyiceberg" python "$engines/stream-pyiceberg.py" fill "$brokers" quotes_json "$count"
peer=$(for _ in 1 2 3; do "$engines/pyiceberg" python "$engines/stream-pyiceberg.py" run "$brokers" quotes_json "$dir/peer" "$count"; done)

python3 "$here/report.py" "$dir/ours" "$filled" "$rows" "$snapshots" "$peer" "$here/results"
