# One Rust toolchain that can compile to wasm32-unknown-unknown. Sourced by
# .ci/setup.

readonly DEBIAN_RUST=(rustc-web rust-web-src cargo-web lld-22 rust-web-clippy rustfmt-web)
readonly DEBIAN_TOOLCHAIN=hubbub # its name in `rustup toolchain list`

need_c_compiler() {
    command -v cc >/dev/null || debian "A C compiler" gcc libc6-dev
}

need_rust_for_wasm() {
    if has_wasm_std; then return; fi
    if command -v rustup >/dev/null && [[ -z ${RUSTUP_TOOLCHAIN:-} || ${RUSTUP_TOOLCHAIN:-} != "$DEBIAN_TOOLCHAIN" ]]; then
        attempt "Adding rustup's std for wasm32" rustup_adds_wasm && has_wasm_std && return
    fi
    debian_rust
}

has_wasm_std() { # has_wasm_std [rustc]
    local sysroot
    sysroot=$("${1:-rustc}" --print sysroot 2>/dev/null) || return 1
    compgen -G "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib/libcore-*.rlib" >/dev/null
}

rustup_adds_wasm() {
    reachable "${RUSTUP_DIST_SERVER:-https://static.rust-lang.org}/dist/channel-rust-stable.toml.sha256" &&
        RUSTUP_MAX_RETRIES=1 timeout 300 rustup target add wasm32-unknown-unknown
}

# Debian's compiler comes with std's sources, and std for wasm32 is built from
# them once. It becomes a linked rustup toolchain (or, without rustup, is simply
# the one in /usr/bin); no other toolchain is touched.
debian_rust() {
    [[ -x /usr/bin/rustc && -d /usr/lib/rustlib/src && -x /usr/bin/lld-22 && -x /usr/bin/cargo-clippy && -x /usr/bin/rustfmt ]] ||
        debian "A Rust compiler with the std for wasm32" "${DEBIAN_RUST[@]}"
    has_wasm_std /usr/bin/rustc || step "Building the std for wasm32" build_wasm_std ||
        give_up "The std for wasm32 could not be built: please run 'rustup target add wasm32-unknown-unknown' where the network allows it, then run this again."
    if command -v rustup >/dev/null; then
        rustup toolchain link "$DEBIAN_TOOLCHAIN" /usr
        echo "$DEBIAN_TOOLCHAIN" >"$HUBBUB_TOOLS/toolchain"
        export RUSTUP_TOOLCHAIN=$DEBIAN_TOOLCHAIN
    fi
}

build_wasm_std() {
    local lib=/usr/lib/rustlib work host
    host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
    # rustc asks for its linker for wasm under this name, which Debian leaves out.
    if [[ ! -e $lib/$host/bin/rust-lld ]]; then
        as_root mkdir -p "$lib/$host/bin" && as_root ln -s /usr/bin/lld-22 "$lib/$host/bin/rust-lld" || return
    fi
    work=$(mktemp -d)
    mkdir "$work/src"
    printf '[package]\nname = "nothing"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
    echo '#![no_std]' >"$work/src/lib.rs"
    (
        cd "$work" && unset RUSTUP_TOOLCHAIN RUSTFLAGS CARGO_TARGET_DIR CARGO_BUILD_TARGET &&
            RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 /usr/bin/cargo build --release \
                -Z build-std=std,panic_abort --target wasm32-unknown-unknown &&
            rm -f target/wasm32-unknown-unknown/release/deps/libnothing-* &&
            as_root mkdir -p $lib/wasm32-unknown-unknown/lib &&
            as_root cp target/wasm32-unknown-unknown/release/deps/*.rlib $lib/wasm32-unknown-unknown/lib/
    )
    local status=$?
    rm -rf "$work"
    return $status
}

need_clippy_and_rustfmt() {
    # By file: asking rustup's stand-ins takes a tenth of a second each.
    local bin
    bin=$(rustc --print sysroot)/bin
    [[ -x $bin/cargo-clippy && -x $bin/rustfmt ]] && return
    step "Adding clippy and rustfmt" timeout 300 rustup component add clippy rustfmt ||
        give_up "clippy and rustfmt are missing: please run 'rustup component add clippy rustfmt', then run this again."
}
