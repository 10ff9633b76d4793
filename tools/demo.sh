#!/bin/bash
# demo.sh TALLYMAN: the main job on real input. Makes an image of real Debian packages, pushes it
# to a private registry (TLS, own CA, password), and scans it there. Everything lives in one
# temporary folder; the user's own store and cache are not touched.
set -euo pipefail
tallyman=$(readlink -f "${1:?usage: demo.sh TALLYMAN}")
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
# shellcheck source=tools/registry.sh
source "$root/tools/registry.sh"

folder=$(mktemp -d "${TMPDIR:-/tmp}/tallyman-demo.XXXXXX")
REGISTRY_PID=""
clean_up() {
  if [[ -n $REGISTRY_PID ]]; then kill "$REGISTRY_PID" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold="" plain=""; fi
step() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain" >&2; }
run() { # shows a command as the user would type it, then runs it
  printf '%s$ tallyman %s%s\n' "$bold" "${*@Q}" "$plain" | tr -d "'" >&2
  "$tallyman" "$@"
}

# Both layers together are a small but honest Debian 12. The oldest version that Debian still
# serves of each package is taken: an image that nobody has rebuilt for a while.
base_layer=(base-files base-passwd bash coreutils debianutils dpkg libc6 libc-bin libgcc-s1 grep
  gzip tar sed login libpam0g libselinux1 libsystemd0 libtinfo6 ncurses-base perl-base util-linux
  zlib1g)
app_layer=(ca-certificates curl git libcurl4 libexpat1 libglib2.0-0 libnghttp2-14 libsqlite3-0
  libssh2-1 libssl3 openssl wget)

oldest_version() { # oldest_version PACKAGE
  local version oldest=""
  while read -r version; do
    if [[ -z $oldest ]] || dpkg --compare-versions "$version" lt "$oldest"; then
      oldest=$version
    fi
  done < <(apt-cache madison "$1" | awk -F'|' '/Packages/ { gsub(/ /, "", $2); print $2 }')
  echo "$oldest"
}

download() { # download FOLDER PACKAGE...: the .deb files, into FOLDER
  local target=$1 package version wanted=()
  shift
  for package in "$@"; do
    version=$(oldest_version "$package")
    [[ -n $version ]] && wanted+=("$package=$version")
  done
  mkdir -p "$target"
  (cd "$target" && apt-get -qq -o APT::Sandbox::User=root download "${wanted[@]}" >&2)
}

unpack() { # unpack DEBS ROOT STATUS: files into ROOT, database entries appended to STATUS
  local deb
  mkdir -p "$2/var/lib/dpkg"
  for deb in "$1"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$2" --exclude='./usr/share/doc' \
      --exclude='./usr/share/locale' --exclude='./usr/share/man'
    {
      dpkg-deb -f "$deb" | sed '1a Status: install ok installed'
      echo
    } >>"$3"
  done
  cp "$3" "$2/var/lib/dpkg/status"
}

make_image() { # an OCI layout with two layers, as a build would leave it
  local rootless=()
  ((EUID == 0)) || rootless=(--rootless)
  unpack "$folder/base-debs" "$folder/base-root" "$folder/status"
  unpack "$folder/app-debs" "$folder/app-root" "$folder/status"
  umoci init --layout "$folder/oci"
  umoci new --image "$folder/oci:1.0"
  umoci insert "${rootless[@]}" --image "$folder/oci:1.0" "$folder/base-root" /
  umoci insert "${rootless[@]}" --image "$folder/oci:1.0" "$folder/app-root" /
  umoci gc --layout "$folder/oci"
}

step "Downloading real Debian packages"
apt-cache madison base-files | grep -q Packages || apt-get -qq update
download "$folder/base-debs" "${base_layer[@]}"
download "$folder/app-debs" "${app_layer[@]}"
echo "$(find "$folder" -name '*.deb' | wc -l) packages" >&2

step "Packing them into an image of two layers"
make_image
du -sh "$folder/oci" | awk '{ print $1 " compressed" }' >&2

step "Starting a private registry (TLS with its own CA, user and password) and pushing there"
password=$(openssl rand -hex 12)
make_certificate "$folder/registry"
add_user "$folder/registry" alice "$password"
DOCKER_REGISTRY_PROGRAM=$("$root/tools/unpack-registry")
start_registry "$folder/registry" tls
image=$REGISTRY_HOST/team/app:1.0
mkdir -p "$folder/trust"
cp "$folder/registry/ca.crt" "$folder/trust/"
auth=$(printf 'alice:%s' "$password" | base64 -w0)
printf '{"auths":{"%s":{"auth":"%s"}}}\n' "$REGISTRY_HOST" "$auth" >"$folder/push-auth.json"
skopeo --insecure-policy copy -q --authfile "$folder/push-auth.json" \
  --dest-cert-dir "$folder/trust" "oci:$folder/oci:1.0" "docker://$image"
rm -f "$folder/push-auth.json"
echo "pushed $image" >&2

# From here on: what a user does.
export TALLYMAN_DATA_DIR=$folder/data TALLYMAN_CACHE_DIR=$folder/cache
unset TALLYMAN_URL DOCKER_CONFIG "${!ANCHORECTL_@}"
export HOME=$folder

step "Adding the registry: the password comes from the environment, and is stored encrypted"
TALLYMAN_REGISTRY_PASSWORD=$password run registry add "$REGISTRY_HOST" --username alice \
  --ca-file "$folder/registry/ca.crt"

step "Importing the demo's vulnerability feed (real facts, see testdata/demo)"
run feed import "$root/testdata/demo/feed"

step "Scanning: the layers are streamed from the registry, nothing is unpacked"
run scan "$image"

step "The same again: unchanged layers are remembered, only the manifest is fetched"
start=${EPOCHREALTIME/./}
run scan -q "$image" -o json="$folder/report.json"
printf 'took %d ms; the report is JSON this time (%d bytes)\n' \
  $(((${EPOCHREALTIME/./} - start) / 1000)) "$(stat -c %s "$folder/report.json")" >&2

step "Next, with your own registry"
cat <<TEXT
  export PATH=$(dirname "$tallyman"):\$PATH
  TALLYMAN_REGISTRY_PASSWORD=... tallyman registry add registry.example.com --username YOU
  tallyman feed import FOLDER-OR-ZIP-OF-OSV-RECORDS...
  tallyman scan registry.example.com/team/app:1.0 --fail-on high
TEXT
