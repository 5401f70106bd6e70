#!/bin/sh
# Starts a PostgreSQL of its own on loopback, in a temporary folder, and prints its URL. It ends, and the folder with it, when
# its standard input does, or at Ctrl-C. A line "stop" stops the server in between, and "start" starts it again. Its port is
# PGPORT, or a free one.
# Debian's package postgresql installs it outside of PATH. It refuses to run as root, so root hands it to an ordinary user.
set -eu

programs=
for initdb in $(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -rV) "$(command -v initdb || true)"; do
  here=$(dirname "$initdb")
  [ -x "$here/postgres" ] && { programs=$here; break; }
done
[ -n "$programs" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; exit 3; }

folder=$(mktemp -d)
# The user below may not be allowed where this was started.
cd "$folder"
if [ "$(id -u)" = 0 ]; then
  user=$(id -un postgres 2>/dev/null || echo nobody)
  chown "$user" "$folder"
  as_user() { exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"; }
else
  as_user() { exec "$@"; }
fi
port=${PGPORT:-$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')}

start() {
  (as_user "$programs/postgres" -D "$folder/data" -h 127.0.0.1 -p "$port" -k "" "$@") >>"$folder.log" 2>&1 </dev/null &
  server=$!
  # Not pg_isready: another server may have the port, and be ready. The file may be of the one that was stopped.
  until { read -r pid && grep -q "^ready"; } 2>/dev/null <"$folder/data/postmaster.pid" && [ "$pid" = "$server" ]; do
    kill -0 "$server" 2>/dev/null || { cat "$folder.log" >&2; exit 1; }
    sleep 0.1
  done
  echo "postgres://postgres@127.0.0.1:$port/postgres"
}
stop() {
  # At once: clients lose their connections, and what was committed stays.
  kill -QUIT "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
}

(as_user "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync) >/dev/null
trap 'stop; rm -rf "$folder" "$folder.log"' EXIT
trap 'exit 0' INT TERM
start "$@"
while read -r line; do
  case $line in
    stop) stop; echo stopped ;;
    start) start "$@" ;;
  esac
done
