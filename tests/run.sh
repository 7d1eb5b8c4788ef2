#!/usr/bin/env bash
# run.sh [PROJECT...]: runs the built test projects (all by default), one after the other because each may start servers,
# and ends with one line over all of them. Fails when a test failed or a project did not finish.
# TEST_CLASSES holds patterns of the classes that are run, with blanks between; none: all. TEST_EXPLICIT=on runs those, too, that are
# run only when they are asked for.
set -uo pipefail
cd "$(dirname "$0")"
configuration=${CONFIGURATION:-Release}
if [ $# -gt 0 ]; then projects=("$@"); else mapfile -t projects < <(ls -d */Dart.Lake.*.Tests.csproj | cut -d/ -f1); fi
read -ra patterns <<<"${TEST_CLASSES:-}"
classes=()
for pattern in "${patterns[@]}"; do classes+=(-class "$pattern"); done
log=$(mktemp); skips=$(mktemp); failures=$(mktemp)
trap 'rm -f "$log" "$skips" "$failures"' EXIT
passed=0 failed=0 skipped=0
for project in "${projects[@]}"; do
  program=$project/bin/$configuration/net10.0/Dart.Lake.$project.Tests
  if [ ! -x "$program" ]; then
    echo "tests/$project is not built; run 'make build'" >&2
    failed=$((failed + 1))
    continue
  fi
  "$program" -noLogo -noColor -explicit "${TEST_EXPLICIT:-off}" "${classes[@]}" >"$log" 2>&1
  status=$?
  # Failures and what a project says besides; skipped tests are listed once, at the end.
  awk '/\[SKIP\]$/ { skip = 2 } skip > 0 { skip--; next } /Discover(ing|ed): |Starting: |Finished: |TEST EXECUTION SUMMARY/ { next } { print }' "$log"
  awk '/\[SKIP\]$/ { name = $1; getline; sub(/^ +/, ""); print "  " name ": " $0 }' "$log" >>"$skips"
  # A failure is told where it happened and, so that the end of a long log names it, once more with its first lines.
  awk '/\[FAIL\]$/ { left = 12; print "  " $1; next } /^ +(Output:|Dart\.Lake\..*\])/ { left = 0 } left > 0 { left--; print }' "$log" >>"$failures"
  summary=$(grep -E '^ +Dart\.Lake\.[A-Za-z.]+ +Total: ' "$log" | tail -n 1)
  count() { local n; n=$(sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"${summary:-}"); echo "${n:-0}"; }
  if [ -z "$summary" ]; then
    echo "tests/$project ended without a summary (exit $status)" >&2
    failed=$((failed + 1))
    continue
  fi
  bad=$(($(count Failed) + $(count Errors)))
  skipped=$((skipped + $(count Skipped)))
  passed=$((passed + $(count Total) - $(count Failed) - $(count Skipped) - $(count 'Not Run')))
  # A project that ends badly without a failed test (a crash while it shut down) is a failure too.
  if [ "$bad" -eq 0 ] && [ "$status" -ne 0 ]; then
    echo "tests/$project exited with $status though no test failed" >&2
    bad=1
  fi
  failed=$((failed + bad))
done
if [ -s "$skips" ]; then
  echo 'skipped:'
  cat "$skips"
fi
if [ -s "$failures" ]; then
  echo 'failed:'
  cat "$failures"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
