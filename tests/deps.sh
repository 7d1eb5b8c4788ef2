#!/usr/bin/env bash
# Installs the Debian packages that tests use beyond the .NET SDK; only what is missing, with sudo only when not root.
# A test whose package cannot be had is skipped, loudly.
set -euo pipefail
declare -A needs=(
  [redis-server]='command -v redis-server'
  [python3-confluent-kafka]='/usr/bin/python3 -c "import confluent_kafka"'
  [postgresql]='ls /usr/lib/postgresql/*/bin/postgres'
  [openjdk-17-jre-headless]='command -v java'
)
missing=()
for package in "${!needs[@]}"; do
  bash -c "${needs[$package]}" >/dev/null 2>&1 || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo 'set-up: nothing to do'
  exit 0
fi
echo "set-up: installing ${missing[*]}"
run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "not root and no sudo: install ${missing[*]} yourself, or run without (their tests are skipped)" >&2; exit 1; }
  run=(sudo)
fi
"${run[@]}" apt-get update -q
# A service that Debian starts at installation would take the ports that tests or others use.
"${run[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -q -y --no-install-recommends "${missing[@]}"
