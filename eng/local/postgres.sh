#!/usr/bin/env bash
# Runs one PostgreSQL cluster in the foreground: postgres.sh BIN DATA PORT PASSWORD_FILE durable|temporary|create [TEMPLATE]
# Creates the cluster on the first start, as a copy of a stopped one where TEMPLATE names its folder; `create` does no more. TERM and INT stop it at once, whoever is connected (PostgreSQL's own TERM
# waits for its clients); when this script is killed, the server stops too, where setpriv exists (Linux).
set -euo pipefail
bin=$1 data=$2 port=$3 password_file=$4 mode=$5 template=${6:-}

# (An empty array is an unbound variable to the bash of macOS, hence ${run[@]+...} below.)
run=()
if command -v setpriv >/dev/null; then
  # This shell has one thread, so the signal comes exactly when it is gone.
  run=(setpriv --pdeathsig INT)
  if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to be root. The clone may lie where only root can go (/root, mktemp -d), so the other user
    # keeps the one capability to pass there; access() honours it only with no_setuid_fixup.
    as_nobody=(--reuid=65534 --regid=65534 --clear-groups)
    reach=(--securebits=+no_setuid_fixup --inh-caps=-all,+dac_override --ambient-caps=-all,+dac_override)
    if setpriv "${as_nobody[@]}" "${reach[@]}" true 2>/dev/null; then as_nobody+=("${reach[@]}"); fi
    run+=("${as_nobody[@]}")
  fi
  run+=(--)
elif [ "$(id -u)" = 0 ]; then
  echo "PostgreSQL does not run as root, and setpriv (util-linux) is missing: use another user" >&2
  exit 1
fi

own() { if [ "$(id -u)" = 0 ]; then chown -R 65534:65534 "$@"; fi; }

server='' stopping=''
stop() { stopping=yes; if [ -n "$server" ]; then kill -INT "$server" 2>/dev/null || true; fi; }
trap stop TERM INT HUP

cleanup() { if [ "$mode" = temporary ]; then rm -rf "$data" "$data.part"; fi; }
trap cleanup EXIT

if [ ! -d "$data" ]; then
  # Made aside and renamed: a start that is killed here leaves no half cluster.
  rm -rf "$data.part"
  if [ -n "$template" ]; then
    cp -R -p "$template" "$data.part"
  else
    mkdir "$data.part"
    chmod 700 "$data.part"
    own "$data.part"
    ${run[@]+"${run[@]}"} "$bin/initdb" -D "$data.part" -U postgres --auth=scram-sha-256 --pwfile="$password_file" \
      --encoding=UTF8 --locale=C >/dev/null
  fi
  mv "$data.part" "$data"
fi
own "$data"
if [ "$mode" = create ]; then exit 0; fi

# After kill -9 the file stays. The server that it names may be on its way out; or its number may belong to somebody
# else by now, which PostgreSQL cannot tell from itself.
pid_file=$data/postmaster.pid
mine() { tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null | grep -qxF -- "$data"; }
if [ -f "$pid_file" ] && [ -d /proc/self ]; then
  old=$(head -n 1 "$pid_file")
  for _ in $(seq 50); do
    if ! mine "$old"; then break; fi
    sleep 0.1
  done
  if mine "$old"; then
    echo "$data is in use by process $old: another run of this clone is active" >&2
    exit 1
  fi
  rm -f "$pid_file"
fi

# A test server is shared by many services at once, each with a pool of its own.
connections=200
if [ "$mode" = temporary ]; then connections=600; fi
settings=(
  -c "port=$port"
  -c listen_addresses=127.0.0.1
  # A socket's path is limited to 107 bytes, and nobody here needs one.
  -c unix_socket_directories=
  -c "max_connections=$connections"
  -c timezone=UTC -c log_timezone=UTC
)
if [ "$mode" = temporary ]; then
  settings+=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
fi

# The last backends of a server that was killed may live for a moment and keep its shared memory busy.
for _ in 1 2 3 4 5; do
  if [ -n "$stopping" ]; then exit 0; fi
  started=$SECONDS
  ${run[@]+"${run[@]}"} "$bin/postgres" -D "$data" "${settings[@]}" &
  server=$!
  if [ -n "$stopping" ]; then stop; fi
  code=0
  while wait "$server" || code=$?; do
    # A trapped signal ends wait early; the server itself may still be stopping.
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    code=0
  done
  server=''
  # 1: it refused to start.
  if [ -n "$stopping" ] || [ "$code" != 1 ] || [ $((SECONDS - started)) -ge 2 ]; then exit "$code"; fi
  sleep 1
done
exit "$code"
