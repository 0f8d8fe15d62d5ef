#!/usr/bin/env bash
# Runs agentsync once, with every report that later steps want, and tells how it went.
#
# Never fails for what agentsync says: the action's last step does, when everything is told.
#
# In:   ACTION_* as action.yml sets them; the API's key as the caller sets it.
# Out:  $GITHUB_OUTPUT, $GITHUB_STEP_SUMMARY and the log.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
reports=$(mktemp -d "$RUNNER_TEMP/agentsync-report-XXXXXX")

fail() {
  printf '::error::%s\n' "$1"
  exit 1
}

# A line of $GITHUB_OUTPUT; a value of more lines could add outputs that nobody meant.
output() {
  case $2 in *$'\n'* | *$'\r'*) fail "the output $1 would hold more than one line" ;; esac
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

sha256() {
  "$ACTION_BIN/python" -I -c \
    'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"
}

# $words becomes the command line. Every value is one word, whatever stands in it; lists are cut
# at white space, without wildcards.
compose() {
  local word
  words=("$ACTION_BIN/agentsync" "$ACTION_COMMAND" -C "${ACTION_DIRECTORY:-.}")
  if [ -n "$ACTION_TARGET" ]; then words+=("--target=$ACTION_TARGET"); fi
  case $ACTION_COMMAND in
    validate | drift | pull) ;;
    plan)
      words+=(--exit-code)
      if [ -n "$ACTION_PLAN_FILE" ]; then words+=(-o "$ACTION_PLAN_FILE"); fi
      ;;
    apply)
      if [ -z "$ACTION_PLAN_FILE" ]; then words+=(--yes); fi
      ;;
    *) fail "command is none of: validate, plan, apply, drift, pull" ;;
  esac
  words+=(
    "--output=json=$reports/report.json"
    "--output=markdown=$reports/report.md"
    "--output=comment=$reports/comment.md"
    "--output=sarif=$reports/report.sarif"
    "--output=html=$reports/report.html"
    "--output=github=$reports/annotations"
  )
  set -f
  for word in $ACTION_ARGS; do words+=("$word"); done
  words+=(--)
  for word in $ACTION_AGENTS; do words+=("$word"); done
  set +f
  if [ "$ACTION_COMMAND" = apply ] && [ -n "$ACTION_PLAN_FILE" ]; then
    words+=("$ACTION_PLAN_FILE")
  fi
}

# Only the plan that was reviewed, byte for byte.
check_plan() {
  if [ "$ACTION_COMMAND" != apply ] || [ -z "$ACTION_PLAN_FILE" ]; then return; fi
  if [ ! -f "$ACTION_PLAN_FILE" ]; then fail "plan-file is not there"; fi
  if [ -n "$ACTION_PLAN_SHA256" ] && [ "$(sha256 "$ACTION_PLAN_FILE")" != "$ACTION_PLAN_SHA256" ]
  then
    fail "plan-file is not the plan that was made: its SHA-256 differs"
  fi
}

# $code becomes agentsync's exit code. What it prints quotes files and live agents: while it
# prints, the runner takes no line for a workflow command.
run() {
  local guard
  guard=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  code=0
  printf '::stop-commands::%s\n' "$guard"
  "${words[@]}" 2>&1 || code=$?
  printf '\n::%s::\n' "$guard"
}

tell() {
  local status=$code name=${ACTION_TARGET:-default}
  if [ "${ACTION_DIRECTORY:-.}" != . ]; then name=$name-$ACTION_DIRECTORY; fi
  output name "$(printf '%s' "$name" | tr -c 'A-Za-z0-9_.-' '-' | cut -c1-80)"
  output tool "$here"
  output exit-code "$code"
  case $ACTION_COMMAND:$code:$ACTION_FAIL_ON_DRIFT in
    plan:2:*) status=0 ;;
    drift:2:false | pull:[34]:false) status=0 ;;
  esac
  output status "$status"
  tell_reports
  if [ "$ACTION_COMMAND" = plan ] && [ -n "$ACTION_PLAN_FILE" ] && [ -f "$ACTION_PLAN_FILE" ]; then
    output plan "$ACTION_PLAN_FILE"
    output plan-sha256 "$(sha256 "$ACTION_PLAN_FILE")"
  fi
  if [ -s "$reports/report.md" ]; then
    cat "$reports/report.md" >>"$GITHUB_STEP_SUMMARY"
  else
    printf 'agentsync %s ended with exit code %s, and made no report: see the log.\n' \
      "$ACTION_COMMAND" "$code" >>"$GITHUB_STEP_SUMMARY"
  fi
  if [ -s "$reports/annotations" ]; then cat "$reports/annotations"; fi
}

tell_reports() {
  local name file
  while read -r name file; do
    if [ -s "$reports/$file" ]; then output "$name" "$reports/$file"; fi
  done <<'END'
json report.json
markdown report.md
comment comment.md
sarif report.sarif
html report.html
END
  if [ -s "$reports/report.json" ]; then
    "$ACTION_BIN/python" -I "$here/outcome.py" "$reports/report.json" >>"$GITHUB_OUTPUT"
  else
    output changed false
    output pending 0
  fi
}

compose
check_plan
if [ "$ACTION_COMMAND" = plan ] && [ -n "$ACTION_PLAN_FILE" ]; then rm -f -- "$ACTION_PLAN_FILE"; fi
run
tell
