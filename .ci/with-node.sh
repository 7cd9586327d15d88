#!/usr/bin/env bash
# .ci/with-node.sh MAJOR COMMAND...: runs a command with the newest Node of that line, which npm fetches (for Linux and macOS).
# It fails where that Node cannot be had, and never runs the command with another.
set -euo pipefail

major=$1
shift
package="node-$(node -p 'process.platform + "-" + process.arch')@$major"

exec npx --yes --package "$package" -- bash -c '
  if [[ $(node --version) != "v$0."* ]]; then
    echo "wanted Node $0, got $(node --version) from $(command -v node)" >&2
    exit 1
  fi
  printf "Node %s\n" "$(node --version)"
  exec "$@"
' "$major" "$@"
