# The tools that turn the workspace into a site, and those the tests need.
# Sourced by .ci/setup. Each check is a look at a file, so that nothing to do
# takes no time.

readonly CARGO_LEPTOS=0.3.11
readonly CARGO_DENY=0.20.2
readonly CARGO_FUZZ=0.13.2
readonly BINARYEN=132.0.0 # wasm-opt; Debian's is too old for today's wasm
readonly SASS=1.93.2
readonly WEBSOCKETS=15.0.1

for_building() {
    need_c_compiler
    need_cargo_or_debian
    command -v npm >/dev/null ||
        give_up "node and npm are missing: please install Node.js 20 or newer, then run this again."
    need_rust_for_wasm
    need_npm_tools
    need_cargo_tools
    rm -rf "$HUBBUB_TOOLS/target"
}

need_cargo_or_debian() {
    command -v cargo >/dev/null || command -v apt-get >/dev/null ||
        give_up "Rust is missing: please install it from https://rustup.rs, then run this again."
}

# Without these, npm and cargo would hope for minutes where there is no network.
export npm_config_fetch_retries=1 npm_config_fetch_retry_mintimeout=1000 \
    npm_config_fetch_retry_maxtimeout=5000 CARGO_NET_RETRY=1

# --- wasm-opt and sass, from npm -------------------------------------------

need_npm_tools() {
    local want="binaryen@$BINARYEN sass@$SASS"
    [[ -x $HUBBUB_TOOLS/bin/wasm-opt && $(cat "$HUBBUB_TOOLS/node/.stamp" 2>/dev/null) == "$want" ]] && return
    step "Installing wasm-opt and sass from npm" npm_tools "$want" ||
        give_up "wasm-opt and sass could not be installed: please get npm online (npm install $want), then run this again."
}

npm_tools() {
    local node=$HUBBUB_TOOLS/node
    # shellcheck disable=SC2086 # two words on purpose
    mkdir -p "$node" &&
        npm install --prefix "$node" --no-audit --no-fund --no-save $1 &&
        ln -sf ../node/node_modules/.bin/wasm-opt ../node/node_modules/.bin/sass "$HUBBUB_TOOLS/bin/" &&
        "$HUBBUB_TOOLS/bin/wasm-opt" --version &&
        echo "$1" >"$node/.stamp"
}

# --- wasm-bindgen and cargo-leptos -----------------------------------------

need_cargo_tools() {
    # The command and the crate must be of one version, so the lock file rules.
    local bindgen
    bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/.*"\(.*\)"/\1/p}' Cargo.lock 2>/dev/null || true)
    [[ -n $bindgen ]] || bindgen=$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' Cargo.toml 2>/dev/null || true)
    [[ -n $bindgen ]] || give_up "Cargo.lock does not name a version of wasm-bindgen: is this the project's folder?"
    need_cargo_tool wasm-bindgen-cli wasm-bindgen "$bindgen"
    need_cargo_tool cargo-leptos cargo-leptos "$CARGO_LEPTOS"
}

need_cargo_tool() { # crate command version
    local stamp=$HUBBUB_TOOLS/bin/.$2-version
    [[ -x $HUBBUB_TOOLS/bin/$2 && $(cat "$stamp" 2>/dev/null) == "$3" ]] && return
    if [[ -z ${prebuilt_away:-} ]]; then
        attempt "Fetching $2 $3 prebuilt" prebuilt "$@" || prebuilt_away=yes
    fi
    if [[ -n ${prebuilt_away:-} ]]; then
        step "Building $2 $3 from source (some minutes)" from_source "$1" "$3" ||
            give_up "$2 could not be installed: please run 'cargo install $1 --version $3' where the network allows it, then run this again."
    fi
    echo "$3" >"$stamp"
}

prebuilt() { # crate command version
    local site=https://github.com triple url work
    triple=$(uname -m)-unknown-linux
    if cargo binstall -V >/dev/null 2>&1; then
        reachable $site && timeout 180 cargo binstall -y --no-track --disable-strategies compile \
            --install-path "$HUBBUB_TOOLS/bin" "$1@$3" && return
    fi
    case $2 in
        cargo-leptos) url=$site/leptos-rs/cargo-leptos/releases/download/v$3/cargo-leptos-$triple-gnu.tar.gz ;;
        cargo-deny) url=$site/EmbarkStudios/cargo-deny/releases/download/$3/cargo-deny-$3-$triple-musl.tar.gz ;;
        cargo-fuzz) url=$site/rust-fuzz/cargo-fuzz/releases/download/$3/cargo-fuzz-$3-$triple-musl.tar.gz ;;
        wasm-bindgen) url=$site/wasm-bindgen/wasm-bindgen/releases/download/$3/wasm-bindgen-$3-$triple-musl.tar.gz ;;
    esac
    work=$(mktemp -d)
    curl -fsSL --connect-timeout 8 --speed-time 20 --speed-limit 1000 -m 180 "$url" | tar -xz -C "$work" || { rm -rf "$work"; return 1; }
    find "$work" -type f -name "$2" -exec install -m 755 {} "$HUBBUB_TOOLS/bin/$2" \;
    rm -rf "$work"
    "$HUBBUB_TOOLS/bin/$2" --version
}

# Unoptimised: they only drive a build or read a lock file, and compiling them well would take far
# longer than it ever saves - except for the few crates that read and write
# wasm. One target folder, because they have many crates in common.
from_source() { # crate version
    local options=(--version "$2" --root "$HUBBUB_TOOLS" --no-track --force --debug) crate
    for crate in walrus wasmparser wasm-bindgen-cli-support leb128fmt; do
        options+=(--config "profile.dev.package.$crate.opt-level=1")
    done
    [[ $1 == cargo-leptos ]] && options+=(--features no_downloads)
    export CARGO_TARGET_DIR=$HUBBUB_TOOLS/target CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0
    unset RUSTFLAGS CARGO_BUILD_TARGET
    # The tool's own lock file is best, but may name a crate version that the
    # registry took back (cargo says so at once), or one that declares a newer
    # compiler than it needs.
    cargo install "$1" --locked --ignore-rust-version "${options[@]}" ||
        cargo install "$1" --ignore-rust-version "${options[@]}"
}

# --- for `make test` and `make cluster` ------------------------------------

for_testing() {
    need_clippy_and_rustfmt
    need_redis
    need_postgres
    need_chromium
    need_npm_packages end2end "the browser tests' npm packages"
    need_websockets
    need_kosoku
    need_cargo_tool cargo-deny cargo-deny "$CARGO_DENY"
    rm -rf "$HUBBUB_TOOLS/target"
}

for_lighthouse() {
    need_chromium
    need_npm_packages end2end "the browser tests"
    need_npm_packages end2end/lighthouse Lighthouse
}

# Needs no nightly toolchain: docs/decisions/0043-fuzzing.md.
for_fuzzing() {
    need_c_compiler
    command -v c++ >/dev/null || debian "A C++ compiler" g++
    need_cargo_or_debian
    need_rust_for_wasm
    need_cargo_tool cargo-fuzz cargo-fuzz "$CARGO_FUZZ"
    rm -rf "$HUBBUB_TOOLS/target"
}

for_cluster() {
    need_redis
    need_postgres
    [[ -x /usr/sbin/haproxy ]] || command -v haproxy >/dev/null || debian "HAProxy" haproxy
}

# Debian's redis-tools holds the server too, under another name (it is one
# program); the package redis-server would also start a service on this machine.
need_redis() {
    command -v redis-server >/dev/null && return
    [[ -x /usr/bin/redis-check-rdb ]] || debian "Redis 7" redis-tools
    ln -sf /usr/bin/redis-check-rdb "$HUBBUB_TOOLS/bin/redis-server"
    redis-server --version >/dev/null || debian "Redis 7" redis-server
}

# The package postgresql-15 holds the server and makes a cluster of its own, which nothing here uses.
need_postgres() {
    command -v pkill >/dev/null || debian "pkill, which freezes a PostgreSQL" procps
    local program found=0
    for program in initdb pg_basebackup postgres; do
        command -v "$program" >/dev/null && found=$((found + 1))
    done
    ((found == 3)) && return
    newest_postgres || { debian "PostgreSQL" postgresql; newest_postgres; } ||
        give_up "PostgreSQL was installed, and its programs are not in /usr/lib/postgresql."
}

newest_postgres() {
    local programs
    programs=$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort --version-sort | tail -1)
    programs=${programs%/postgres}
    [[ $programs ]] && ln -sf "$programs"/{initdb,pg_basebackup,postgres} "$HUBBUB_TOOLS/bin/"
}

need_chromium() {
    [[ -n ${PLAYWRIGHT_CHROMIUM:-} ]] || command -v chromium chromium-browser google-chrome >/dev/null ||
        debian "Chromium" chromium
}

need_npm_packages() { # folder what
    local stamp=$1/node_modules/.lock-hash hash
    hash=$(sha256sum <"$1/package-lock.json")
    [[ $(cat "$stamp" 2>/dev/null) == "$hash" ]] && return
    step "Installing $2" \
        env PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix "$1" --no-audit --no-fund ||
        give_up "Installing $2 did not succeed: please get npm online, then run this again."
    echo "$hash" >"$stamp"
}

need_websockets() {
    need_python python "$WEBSOCKETS" "Python's websockets" "websockets==$WEBSOCKETS"
}

need_kosoku() {
    local list=.ci/kosoku.txt
    need_python conformance "$(sha256sum <$list)" "the conformance suite" --require-hashes -r $list
}

need_python() { # folder stamp what packages...: a Python that has them, of its own
    local venv=$HUBBUB_TOOLS/$1 stamp=$2 what=$3
    shift 3
    [[ -x $venv/bin/python && $(cat "$venv/.stamp" 2>/dev/null) == "$stamp" ]] && return
    python3 -c 'import venv, ensurepip' 2>/dev/null || debian "Python 3 with venv" python3-venv
    step "Installing $what" python_with "$venv" "$stamp" "$@" ||
        give_up "Installing $what did not succeed: please get pip online, then run this again."
}

python_with() { # venv stamp packages...
    local venv=$1 stamp=$2
    shift 2
    rm -rf "$venv" &&
        python3 -m venv "$venv" &&
        "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" &&
        echo "$stamp" >"$venv/.stamp"
}
