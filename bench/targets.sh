#!/usr/bin/env bash
# The same end of day built by DuckDB, by Trino and by Spark over one embedded lake, in one run: called by run.sh targets [TRADES [DEMO]];
# writes bench/results/targets-DATE-TRADES.md. DEMO: the --data-dir of a demo of so many trades, which is left with its days built again. What an engine reads is measured by one query a bronze table that looks at every column of it.
# Needs the folder of engines (DARTLAKE_SHARED, else ../shared), Java 17 and 25, and some 30 bytes of disk a trade and engine.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
trades=${1:-1000000} demo=${2:-}
engines=${DARTLAKE_SHARED:-$here/../../shared}/engines
[[ -x $engines/trino ]] || { echo "bench: no engines at $engines; set DARTLAKE_SHARED to the folder that holds them" >&2; exit 1; }
configuration=${CONFIGURATION:-Release}
dartlake=$here/../orchestration/host/bin/$configuration/net10.0/dartlake
[[ -x $dartlake ]] || { echo "bench: no $dartlake; run make build" >&2; exit 1; }
# the files of a large day do not fit where temporary files are memory
dir=$(mktemp -d "${DARTLAKE_BENCH_DIR:-${TMPDIR:-/var/tmp}}/dartlake-targets-XXXXXX")
free() { python3 -c 'import socket; a=socket.socket(); a.bind(("127.0.0.1",0)); print(a.getsockname()[1])'; }
end() {
  "$engines/trino" stop "$dir/trino" >/dev/null 2>&1 || true
  "$engines/spark" stop "$dir/spark" >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap end EXIT
TRINO_PORT=$(free) SPARK_PORT=$(free)
export TRINO_PORT SPARK_PORT DARTLAKE__EndOfDay__Analyze=false
export DARTLAKE__Trino__Url=http://127.0.0.1:$TRINO_PORT DARTLAKE__Spark__Url=sc://127.0.0.1:$SPARK_PORT
if [[ -z $demo ]]; then
  demo=$dir
  "$dartlake" demo --trades "$trades" --data-dir "$demo" >&2
fi
export LAKE_CATALOG_TYPE=jdbc LAKE_JDBC_URL=jdbc:sqlite:$demo/sim/catalog.db LAKE_WAREHOUSE=$demo/sim/warehouse
measure() { python3 "$here/targets.py" measure "$dartlake" "$demo/sim" "$dir" "$@"; }
measure duckdb
# the server's own process holds the port
TRINO_HEAP=8g "$engines/trino" start "$dir/trino" >&2
measure trino "$TRINO_PORT"
"$engines/trino" stop "$dir/trino" >&2
SPARK_HEAP=8g "$engines/spark" start "$dir/spark" >&2
measure spark "$SPARK_PORT"
"$engines/spark" stop "$dir/spark" >&2
python3 "$here/targets.py" page "$dir" "$trades" "$here/results/targets-$(date +%F)-$trades.md"
