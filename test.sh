#!/usr/bin/env bash
# Builds everything and runs every test. The last line is "N passed, N failed, N skipped".
#   ./test.sh                 the quick suite, about ten minutes on two cores
#   ./test.sh --long          the large and the fault tests as well
#   RANDOMCHAT_TESTS=Domain,Web ./test.sh   only these test projects
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

explicit=off
case "${1-}" in
  "") ;;
  --long) explicit=on ;;
  *) echo "usage: ./test.sh [--long]" >&2; exit 2 ;;
esac

need() {
  if ! command -v "$1" > /dev/null; then
    echo "RandomChat needs $2." >&2
    exit 2
  fi
}
need dotnet "the .NET 10 SDK"
need node "Node.js 20 or newer"

# Chromium is for the journeys, strace counts what is synced to disk. Where they can be installed they are; elsewhere the
# tests that need them are skipped and say so.
missing=()
[ -x /usr/bin/chromium ] || missing+=(chromium)
command -v strace > /dev/null || missing+=(strace)
if [ ${#missing[@]} -gt 0 ] && command -v apt-get > /dev/null && [ "$(id -u)" = 0 ]; then
  echo "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > /dev/null 2>&1 \
    || echo "They could not be installed." >&2
fi

# No build server outlives this script, so nothing holds its output open afterwards.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
echo "Building"
if ! built=$(dotnet build RandomChat.sln -nodeReuse:false -p:UseSharedCompilation=false 2>&1); then
  printf '%s\n' "$built" | grep -E "error|warn" | sort -u
  echo "The build failed."
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi

passed=0 failed=0 skipped=0
for project in tests/*.Tests; do
  name=$(basename "$project" .Tests)
  case ",${RANDOMCHAT_TESTS:-$name}," in *",$name,"*) ;; *) continue ;; esac
  echo "$name"
  output=$(dotnet "$project/bin/Debug/net10.0/RandomChat.$name.Tests.dll" -noColor -noLogo -explicit "$explicit" 2>&1)
  code=$?
  printf '%s\n' "$output" | grep -vE "^ *(Discovering|Discovered|Starting|Finished): |TEST EXECUTION SUMMARY|^ *RandomChat\..* Total: " | sed '/^$/d'
  summary=$(printf '%s\n' "$output" | grep -E "Total: [0-9]+, Errors: " | tail -n 1)
  number() { printf '%s' "$summary" | sed -nE "s/.*$1: ([0-9]+).*/\1/p"; }
  total=$(number Total)
  if [ -z "$summary" ] || [ "$total" = 0 ]; then
    echo "  $name crashed or holds no tests (exit code $code)."
    failed=$((failed + 1))
    continue
  fi
  bad=$(($(number Failed) + $(number Errors)))
  if [ "$code" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  passed=$((passed + total - $(number Failed) - $(number Skipped) - $(number "Not Run")))
  failed=$((failed + bad))
  skipped=$((skipped + $(number Skipped)))
  echo "  $(printf '%s' "$summary" | sed -E 's/^.*(Total: .*)$/\1/')"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
