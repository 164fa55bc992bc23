#!/usr/bin/env bash
# Does what src/main/docs/walkthrough.md says, command by command, on free ports; ends with its first command that fails.
set -euo pipefail
cd "$(dirname "$0")/../../.."

page=src/main/docs/walkthrough.md
steps=target/walkthrough/steps.sh
mkdir -p target/walkthrough

# Where Docker has no compose of its own, docker-compose does the same
if ! docker compose version >/dev/null 2>&1; then
    echo "== docker compose is not there: the page's commands are given to $(docker-compose --version)"
    docker() {
        if [[ $1 == compose ]]; then
            command docker-compose "${@:2}"
        else
            command docker "$@"
        fi
    }
    export -f docker
fi

free_port() {
    local port
    while true; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}
for variable in KAFKA_PORT MINIO_PORT MINIO_CONSOLE_PORT API_PORT MANAGEMENT_PORT HAWTIO_PORT; do
    export "$variable=$(free_port)"
done

running=
clean_up() {
    local code=$?
    trap - EXIT
    if [[ -n $running ]]; then
        kill "$running" 2>/dev/null || true
        wait "$running" || true
    fi
    if [[ $code != 0 ]]; then
        docker compose logs --tail 60 || true
        echo "error: the walkthrough failed, see above" >&2
    fi
    rm -f routes/{example-backup,example-restore}.camel.yaml routes/connect-restore.camel.xml
    docker compose --profile hawtio down --volumes >/dev/null 2>&1 || true
    exit "$code"
}
export COMPOSE_PROJECT_NAME=caravan-walkthrough
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The page's headings and its blocks of commands
awk '
    /^## / { print "\n# == " substr($0, 4) }
    /^```bash$/ { code = 1; next }
    /^```$/ { code = 0 }
    code
' "$page" >"$steps"

# -v prints each command. The commands must not read the script, and a wait that never ends must.
timeout "${WALKTHROUGH_SECONDS:-1500}" bash -v -euo pipefail "$steps" </dev/null 2>&1 &
running=$!
wait "$running"
echo "== the walkthrough passed, in $SECONDS s"
