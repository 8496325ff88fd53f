# The keeper of one throwaway server, deaf to everything but the end of its input.
#
# Its input is a pipe whose only writer is the JVM that owns the server. However that JVM ends, by kill -9 too, the
# input ends; then the keeper stops the server and deletes its folder.
#
# Arguments: the folder, the port, and the command under which the server's programs run (nothing: as they are).
# Input: one line, the folder of PostgreSQL's binaries. Output: one line, ready or failed.

folder=$1
port=$2
shift 2

# Ctrl-C at a terminal reaches every process in its foreground; PIPE comes when the JVM is gone before the answer.
trap '' HUP INT TERM PIPE

data=$folder/data

start() {
    "$@" "$binaries/bin/initdb" -D "$data" -U postgres -A scram-sha-256 --pwfile="$folder/password" \
        -E UTF8 --locale=C --no-sync &&
        "$@" "$binaries/bin/pg_ctl" start -D "$data" -o "-F -p $port -c listen_addresses=127.0.0.1 \
            -c unix_socket_directories= -c max_connections=200"
}

if IFS= read -r binaries; then
    if start "$@" </dev/null >>"$folder/log" 2>&1; then echo ready; else echo failed; fi
    cat
    "$@" "$binaries/bin/pg_ctl" stop -m immediate -D "$data" </dev/null >>"$folder/log" 2>&1
fi
rm -rf -- "$folder"
