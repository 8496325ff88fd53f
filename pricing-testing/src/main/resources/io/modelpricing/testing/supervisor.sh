# Starts one throwaway server; stops it and deletes its folder at the end of standard input.
#
# Standard input is a pipe from the JVM that owns the server, and has no other writer. It ends when that JVM ends, even
# after kill -9.
#
# Arguments: the folder, the port, and optionally the command that runs the server's programs as another user.
# Input: one line, the folder of PostgreSQL's binaries. Output: one line, "ready" or "failed".

folder=$1
port=$2
shift 2

# Ctrl-C in a terminal signals every foreground process. SIGPIPE arrives if the JVM ends before it reads the output.
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
