#!/bin/sh
# Sends one command to lockstepd until it is settled, and prints the answer.
#
#   send.sh COMMAND [ID]
set -u
url=${LOCKSTEP_URL:-http://127.0.0.1:5580}
token=$(cat "${LOCKSTEP_TOKEN_FILE:-data/ops-token}") || exit 2
command=$1
id=${2:-$(cat /proc/sys/kernel/random/uuid)}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

while :; do
  # The token comes from standard input: arguments stand in the list of processes.
  status=$(printf 'Authorization: Bearer %s' "$token" | curl --silent --max-time 70 -H @- \
    -H "Idempotency-Key: $id" --json "$command" \
    --output "$answer" --write-out '%{http_code}' "$url/v1/commands")
  case $status in
    200)
      cat "$answer"
      echo
      grep -q '"state":"committed"' "$answer" && exit 0
      exit 1
      ;;
    # 000: no connection, or it was lost.
    000 | 202 | 429 | 500 | 503) sleep 1 ;;
    *)
      cat "$answer" >&2
      echo >&2
      exit 2
      ;;
  esac
done
