#!/usr/bin/env bash
# Sets up a Rust compiler with an aarch64 standard library, a cross linker, an emulator and a Python to run
# in it, from Debian packages alone. Usage: neon-toolchain.sh FOLDER
#
# 1. Debian's rustc-web has an arm64 standard library of the same version; both are unpacked into FOLDER,
#    beside the system, so neither compiler nor architecture is added to it.
# 2. The package lists for two architectures are read into FOLDER too, with apt's own sources.
# 3. Linker, C library and emulator are installed, unless they are there.
# 4. Python for arm64, with the libraries that it and NumPy load, is unpacked into FOLDER/python.
#
# Exit codes: 0 done (also if it was done before), 2 the packages cannot be had here, others an error.
set -euo pipefail

folder=$(realpath -m "${1:?folder for the toolchain}")
[ -d "$folder/python" ] && exit 0

cannot() {
    echo "neon-toolchain: $*" >&2
    exit 2
}

[ "$(uname -m)" = x86_64 ] || cannot "made for x86-64 machines"
command -v apt-get >/dev/null && command -v dpkg >/dev/null || cannot "no apt"
[ "$(id -u)" = 0 ] || cannot "not root"

rm -rf "$folder"
mkdir -p "$folder"/{debs,debs-python,apt/lists/partial,apt/cache/archives/partial}
apt=(-qq -o APT::Architectures::=amd64 -o APT::Architectures::=arm64
    -o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache"
    -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update || cannot "no package lists (no network?)"

# The newest version that both architectures have.
versions() {
    apt-cache "${apt[@]}" madison "libstd-rust-web-dev:$1" | awk '{print $3}' | sort
}
version=$(comm -12 <(versions amd64) <(versions arm64) | sort -V | tail -1)
[ -n "$version" ] || cannot "no rustc-web in the package lists"
minor=$(cut -d. -f1,2 <<<"$version")
llvm=$(apt-cache "${apt[@]}" show "libstd-rust-web-$minor=$version" | grep -o 'libllvm[0-9]*' | head -1)

needed=()
for package in gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user libxml2 libz3-4 libedit2 libzstd1 libffi8; do
    dpkg -s "$package" >/dev/null 2>&1 || needed+=("$package")
done
if [ ${#needed[@]} -gt 0 ]; then
    apt-get -qq update || cannot "no package lists (no network?)"
    apt-get -qq install -y --no-install-recommends "${needed[@]}" || cannot "cannot install ${needed[*]}"
fi

(
    cd "$folder/debs"
    apt-get "${apt[@]}" download "rustc-web=$version" "libstd-rust-web-$minor=$version" \
        "libstd-rust-web-dev=$version" "libstd-rust-web-dev:arm64=$version" "$llvm"
) || cannot "cannot download rustc-web $version"
for package in "$folder"/debs/*.deb; do
    dpkg -x "$package" "$folder/toolchain"
done

python=$(apt-cache "${apt[@]}" depends python3-minimal:arm64 | grep -o -m1 'python3\.[0-9]*')
packages=("$python-minimal" "lib$python-minimal" "lib$python-stdlib"
    libc6 libexpat1 libffi8 libgcc-s1 libstdc++6 zlib1g)
(
    cd "$folder/debs-python"
    apt-get "${apt[@]}" download "${packages[@]/%/:arm64}"
) || cannot "cannot download $python for arm64"
for package in "$folder"/debs-python/*.deb; do
    dpkg -x "$package" "$folder/python.new"
done
rm -rf "$folder"/{debs,debs-python,apt}
# Last of all: that it is there says that everything is.
mv "$folder/python.new" "$folder/python"
