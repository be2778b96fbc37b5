# Words the scripts of .ci share: telling people what happens and how long it
# took, and installing Debian packages. Sourced, never run.

# Cargo's arguments for everything but the browser. Features by name: the workspace as a whole would turn on
# ssr and browser at once, and `default` would make a second app beside the one that server uses.
# shellcheck disable=SC2034 # used by those who source this
native=(--release -p protocol -p client -p app -p quiz -p storage -p realtime -p server -p chaos -p bench --no-default-features --features app/ssr)

now() { # milliseconds, without starting a process
    local t=${EPOCHREALTIME/[.,]/}
    echo $((t / 1000))
}

took() { # took START -> "1 min 4 s" or "2.3 s"
    local ms=$(($(now) - $1))
    if ((ms >= 60000)); then
        echo "$((ms / 60000)) min $((ms % 60000 / 1000)) s"
    else
        echo "$((ms / 1000)).$((ms % 1000 / 100)) s"
    fi
}

say() { echo "  $*"; }

# Ends with one sentence that says what a person has to do.
give_up() {
    echo "$*" >&2
    exit 1
}

# step "what happens" command...: runs it with its output in a log, says how
# long it took; on failure shows the log's end and returns the failure.
step() {
    local title=$1 began log status=0
    shift
    began=$(now)
    log=$(mktemp)
    say "$title ..."
    # In here `set -e` is off (bash does that to whatever stands in a condition),
    # so the functions that are steps chain their commands with &&.
    ("$@") >"$log" 2>&1 </dev/null || status=$?
    if ((status == 0)); then
        say "  done in $(took "$began")"
    else
        say "  failed after $(took "$began"):"
        tail -n 15 "$log" | sed 's/^/    | /'
    fi
    rm -f "$log"
    return "$status"
}

# attempt "what is tried": like step, but failing is expected and stays calm.
attempt() {
    local title=$1 began
    shift
    began=$(now)
    if ("$@") >/dev/null 2>&1 </dev/null; then
        say "$title: done in $(took "$began")"
    else
        say "$title: not possible here ($(took "$began")), going another way."
        return 1
    fi
}

reachable() { # reachable URL: answers within seconds, or counts as away
    ! command -v curl >/dev/null || curl -fsSIL -m 15 --connect-timeout 8 -o /dev/null "$1"
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null && { [[ -t 0 && -t 2 ]] || sudo -n true 2>/dev/null; }; then
        sudo "$@"
    else
        return 126
    fi
}

# debian "what for" package...: installs, refreshing the lists only if needed.
debian() {
    local purpose=$1
    shift
    command -v apt-get >/dev/null ||
        give_up "$purpose is missing and this is not Debian or Ubuntu: please install it by hand (there: $*), then run this again."
    as_root true ||
        give_up "$purpose is missing and installing it needs root or sudo: please run 'apt-get install -y --no-install-recommends $*' as root, then run this again."
    step "Installing $* from Debian" apt_install "$@" ||
        give_up "$purpose could not be installed: please get the machine online or run 'apt-get install -y --no-install-recommends $*' yourself, then run this again."
}

apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300
        -o Acquire::Retries=1 -o Acquire::http::Timeout=20)
    as_root "${apt[@]}" install -y --no-install-recommends "$@" || {
        as_root "${apt[@]}" update &&
            as_root "${apt[@]}" install -y --no-install-recommends "$@"
    }
}

# must_be_free ADDRESS...: otherwise somebody else would seem to be our node.
must_be_free() {
    local address
    for address in "$@"; do
        if (exec 8<>"/dev/tcp/${address%:*}/${address##*:}") 2>/dev/null; then
            give_up "Something already answers on $address: please end it first, or choose another address."
        fi
    done
}

# ready ADDRESS: does the node there say it is ready? Needs no curl.
ready() {
    local host=${1%:*} port=${1##*:} status
    case $host in 0.0.0.0 | '[::]' | '') host=127.0.0.1 ;; esac
    status=$(
        exec 2>/dev/null 8<>"/dev/tcp/$host/$port" || exit
        printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$1" >&8
        IFS= read -r -t 3 line <&8 && echo "$line"
    ) || return 1
    [[ $status == *" 200 "* ]]
}
