#!/usr/bin/env bash
# Builds everything once, runs every test project in turn and closes with "N passed, N failed, N skipped".
#   ./test.sh          the quick tests
#   ./test.sh --long   also those marked Explicit or run=long, but for the pictures that people look at (run=by-hand)
#   RANDOMCHAT_TESTS=Domain,Web ./test.sh   only these projects
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

# Background compilers would outlive the run and hold its output open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Most of a test program's code runs a few times only: watching it for what would pay to optimise costs a quarter of the run.
export DOTNET_TieredPGO=0
results=artifacts/tests
explicit=off
without=(-trait- run=by-hand -trait- run=long)
seconds=600

close() {
  echo "$1 passed, $2 failed, $3 skipped"
  [ "$2" -eq 0 ] || exit 1
  exit 0
}

give_up() {
  echo "$1"
  close 0 1 0
}

for argument in "$@"; do
  case "$argument" in
    --long) explicit=on without=(-trait- run=by-hand) seconds=3600 ;;
    *) give_up "Unknown option '$argument'. Usage: [RANDOMCHAT_TESTS=Domain,Web] ./test.sh [--long]" ;;
  esac
done

projects=()
if [ -n "${RANDOMCHAT_TESTS:-}" ]; then
  IFS=', ' read -ra names <<<"$RANDOMCHAT_TESTS"
  for name in "${names[@]}"; do
    name=${name%.Tests}
    [ -d "tests/$name.Tests" ] || give_up "RANDOMCHAT_TESTS names '$name', but there is no folder tests/$name.Tests."
    projects+=("$name.Tests")
  done
else
  for folder in tests/*.Tests; do projects+=("${folder#tests/}"); done
fi

command -v dotnet >/dev/null || give_up "The .NET 10 SDK is needed: https://dotnet.microsoft.com/download/dotnet/10.0"
dotnet --version >/dev/null 2>&1 || give_up "$(dotnet --version 2>&1)"
node=$(node --version 2>/dev/null) || give_up "Node 20 or newer is needed: https://nodejs.org"
[ "$(echo "${node#v}" | cut -d. -f1)" -ge 20 ] || give_up "Node 20 or newer is needed; this one is $node."

# A browser for the journeys, strace to count what reaches the disk, the real engines for their adapters. A test that misses its tool says so and is skipped.
missing=()
[ -x /usr/bin/chromium ] || missing+=(chromium)
command -v strace >/dev/null || missing+=(strace)
[ -d /usr/lib/postgresql ] || missing+=(postgresql)
[ -x /usr/bin/redis-server ] || missing+=(redis-server)
[ -x /usr/bin/turnserver ] || missing+=(coturn)
if [ "$explicit" = on ]; then
  [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
  [ -x /usr/bin/caddy ] || missing+=(caddy)
  [ -x /usr/bin/prometheus ] || missing+=(prometheus)
fi
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]} ..."
    export DEBIAN_FRONTEND=noninteractive

    # What is installed for a test is started by the test, on loopback, and not by the installation.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
      printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    { apt-get update -qq && apt-get install -y -qq "${missing[@]}"; } >/dev/null 2>&1 || echo "apt-get could not install ${missing[*]}."
  else
    echo "Not installed: ${missing[*]} (as root on Debian, this script installs them)."
  fi
fi

rm -rf "$results"
mkdir -p "$results"
echo "Building ..."
if ! dotnet build RandomChat.sln -c Debug -v quiet -nologo -clp:NoSummary -p:UseSharedCompilation=false >"$results/build.log" 2>&1; then
  sort -u "$results/build.log"
  give_up "The build failed."
fi

passed=0 failed=0 skipped=0
for project in "${projects[@]}"; do
  program=tests/$project/bin/Debug/net10.0/RandomChat.$project.dll
  # A hung project must not hang the run: after the limit it counts as crashed.
  timeout --kill-after=30 "$seconds" dotnet "$program" -noLogo -noColor -explicit "$explicit" "${without[@]}" \
    -result-ctrf "$results/$project.json" >"$results/$project.log" 2>&1 </dev/null
  counts=$(node tests/results.mjs "$project" $? "$results/$project.json" "$results/$project.log" 3>&1 >&2)
  read -r p f s <<<"${counts:-0 1 0}"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

close "$passed" "$failed" "$skipped"
