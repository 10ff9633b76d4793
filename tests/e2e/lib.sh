# For the end-to-end tests: source this first, define case_NAME functions, end with run_cases.
#
# The program under test is $TALLYMAN. Each case runs in its own subshell and folder ($CASE), with
# its own store, cache and home, so that cases and test files may run side by side. What a whole
# file shares (a registry, images) is made before run_cases in $SHARED_FOLDER.
set -euo pipefail
E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$E2E/../.." && pwd)
TALLYMAN=$(readlink -f "${TALLYMAN:?the program under test}")
# shellcheck source=tools/registry.sh
source "$ROOT/tools/registry.sh"

# Nothing of the caller may leak in: settings, proxies, credentials.
CORPUS=${TALLYMAN_CORPUS:-}
unset "${!TALLYMAN_@}" "${!ANCHORECTL_@}" DOCKER_CONFIG REGISTRY_AUTH_FILE SSL_CERT_FILE \
  http_proxy https_proxy no_proxy all_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY
export LC_ALL=C.UTF-8 NO_COLOR=1

SHARED_FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/tallyman-e2e.XXXXXX")
CHILDREN=()
clean_up() {
  local pid
  for pid in "${CHILDREN[@]}"; do kill "$pid" 2>/dev/null || true; done
  mountpoint -q "$SHARED_FOLDER/small" 2>/dev/null && umount "$SHARED_FOLDER/small"
  chmod -R u+rwX "$SHARED_FOLDER" 2>/dev/null || true
  rm -rf "$SHARED_FOLDER"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# skip WHY: says so loudly and ends the case, or the whole file when outside of one; with CI=true
# it is a failure.
skip() {
  if [[ ${CI:-} == true ]]; then
    echo "FAILED: CI=true, and this test cannot run: $1" >&2
    exit 1
  fi
  echo "SKIPPED, $1" >&2
  exit 77 # what ctest takes for "skipped"
}

need() { # need PROGRAM...
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || skip "the program $program is absent"
  done
}

fail() {
  printf 'failed: %s\n' "$*" >&2
  return 1
}

# ---------------------------------------------------------------- running the program

# tallyman ARGUMENT...: sets STATUS; standard output and error are in $CASE/out and $CASE/err.
tallyman() {
  STATUS=0
  "$TALLYMAN" "$@" >"$CASE/out" 2>"$CASE/err" </dev/null || STATUS=$?
  cat "$CASE/out" "$CASE/err" >>"$CASE/everything"
  if grep -q -e 'ERROR: AddressSanitizer' -e 'runtime error:' -e 'ERROR: LeakSanitizer' "$CASE/err"; then
    cat "$CASE/err" >&2
    fail "a sanitizer spoke up in: tallyman $*"
  fi
}

show_output() {
  { echo "--- status $STATUS, stdout:"; head -c 4000 "$CASE/out"
    echo "--- stderr:"; head -c 4000 "$CASE/err"; echo "---"; } >&2
}

expect_status() { # expect_status N
  [[ $STATUS == "$1" ]] || { show_output; fail "exit code $STATUS, wanted $1"; }
}
expect_out() { # expect_out ERE: standard output has it
  grep -qE -e "$1" "$CASE/out" || { show_output; fail "stdout lacks: $1"; }
}
expect_err() {
  grep -qE -e "$1" "$CASE/err" || { show_output; fail "stderr lacks: $1"; }
}
expect_not_out() {
  ! grep -qE -e "$1" "$CASE/out" || { show_output; fail "stdout has: $1"; }
}
expect_not_err() {
  ! grep -qE -e "$1" "$CASE/err" || { show_output; fail "stderr has: $1"; }
}
# One paragraph with that code, that exit code (default 1), and nothing on standard output that
# could be taken for a result.
expect_error() { # expect_error CODE-ERE [STATUS]
  expect_status "${2:-1}"
  expect_err "^error $1:"
  [[ ! -s $CASE/out ]] || { show_output; fail "an error, and still output on stdout"; }
}
expect_equal() { # expect_equal WANTED GOT WHAT
  [[ $1 == "$2" ]] || {
    diff <(printf '%s\n' "$1") <(printf '%s\n' "$2") >&2
    fail "$3 differs (< wanted, > got)"
  }
}

# ---------------------------------------------------------------- reading the JSON report

json() { jq -r "$1" "${2:-$CASE/out}"; } # json FILTER [FILE]

# "type name version" of every package, sorted.
packages_of() { json '.packages[] | "\(.type) \(.name) \(.version)"' "$@" | sort; }
# "CVE package fix-state" of every finding, sorted.
findings_of() { json '.vulnerabilities[] | "\(.cve) \(.package.name) \(.fix.state)"' "$@" | sort; }
assessed_of() { json '.assessed' "$@"; }
# What two scans of one image may differ in: what was read, and what was remembered.
comparable() {
  jq 'del(.image.layers[].bytes_read, .image.layers[].from_cache, .summary.layers_read,
    .summary.bytes_read)' "$1"
}

# ---------------------------------------------------------------- making images

# make_image LAYOUT TAG <SPEC: see make_layout.py
make_image() { python3 "$E2E/make_layout.py" "$1" "$2"; }

OS_RELEASE='text etc/os-release "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"'

# dpkg_entry NAME VERSION [SOURCE]: one entry of a dpkg database, escaped for make_layout.py.
dpkg_entry() {
  printf 'Package: %s\\nStatus: install ok installed\\n' "$1"
  [[ -z ${3:-} ]] || printf 'Source: %s\\n' "$3"
  printf 'Architecture: amd64\\nVersion: %s\\nMaintainer: Nobody <nobody@example.invalid>\\nDescription: test\\n\\n' "$2"
}
# dpkg_status "NAME VERSION [SOURCE]"...: the spec line of a whole dpkg database.
dpkg_status() {
  local entry words text=""
  for entry in "$@"; do
    read -ra words <<<"$entry"
    text+=$(dpkg_entry "${words[@]}")
  done
  printf 'text var/lib/dpkg/status "%s"\n' "$text"
}

# The image that most tests use: two layers, two packages, one of them vulnerable (see make_feed).
small_image() { # small_image LAYOUT TAG
  make_image "$1" "$2" <<SPEC
layer
$OS_RELEASE
$(dpkg_status "libc6 2.36-9 glibc")
text etc/base "the base layer\n"
layer
$(dpkg_status "libc6 2.36-9 glibc" "openssl 3.0.1-1")
text srv/app "the application\n"
SPEC
}

# make_feed FOLDER: one vulnerability of openssl (fixed) and one of glibc (not fixed), Debian 12.
make_feed() {
  mkdir -p "$1"
  cat >"$1/TEST-0001.json" <<'JSON'
{"schema_version": "1.7.0", "id": "TEST-0001", "modified": "2024-01-01T00:00:00Z",
 "aliases": ["CVE-2099-0001"],
 "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"}],
 "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.2-1"}]}],
  "ecosystem_specific": {"severity": "high"}}]}
JSON
  cat >"$1/TEST-0002.json" <<'JSON'
{"schema_version": "1.7.0", "id": "TEST-0002", "modified": "2024-01-01T00:00:00Z",
 "aliases": ["CVE-2099-0002"],
 "affected": [{"package": {"ecosystem": "Debian:12", "name": "glibc"},
  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
  "ecosystem_specific": {"severity": "low"}}]}
JSON
}
import_feed() { # into this case's store
  make_feed "$CASE/feed"
  tallyman feed import "$CASE/feed"
  expect_status 0
}

# ---------------------------------------------------------------- registries

# serve NAME KIND: a registry of this test file, in $SHARED_FOLDER/NAME; sets REGISTRY_HOST.
# A tls one knows the user alice with the password $PASSWORD.
PASSWORD="pass word/with:odd@signs"
serve() {
  local folder=$SHARED_FOLDER/$1
  need openssl htpasswd
  [[ -n ${DOCKER_REGISTRY_PROGRAM:-} ]] || need docker-registry
  mkdir -p "$folder"
  if [[ $2 == tls ]]; then
    make_certificate "$folder"
    add_user "$folder" alice "$PASSWORD"
    mkdir -p "$folder/trust"
    cp "$folder/ca.crt" "$folder/trust/"
  fi
  start_registry "$folder" "$2"
  CHILDREN+=("$REGISTRY_PID")
}
# push NAME HOST LAYOUT:TAG REPOSITORY:TAG [SKOPEO-ARGUMENT...]
push() {
  local folder=$SHARED_FOLDER/$1 host=$2 from=$3 to=$4
  shift 4
  need skopeo
  local options=(--dest-tls-verify=false)
  if [[ -d $folder/trust ]]; then
    docker_config "$folder/push.json" "$host" alice "$PASSWORD"
    options=(--dest-cert-dir "$folder/trust" --authfile "$folder/push.json")
  fi
  skopeo --insecure-policy copy -q "${options[@]}" "$@" "oci:$from" "docker://$host/$to" \
    </dev/null >&2
}
docker_config() { # docker_config FILE HOST USER PASSWORD
  jq -n --arg host "$2" --arg auth "$(printf '%s:%s' "$3" "$4" | base64 -w0)" \
    '{auths: {($host): {auth: $auth}}}' >"$1"
}
# The file in a registry's storage that holds a blob: for tests that damage it.
stored_blob() { # stored_blob NAME DIGEST
  local hex=${2#sha256:}
  echo "$SHARED_FOLDER/$1/storage/docker/registry/v2/blobs/sha256/${hex:0:2}/$hex/data"
}
# Digest of layer N (0 is the base) of an image in a layout; "manifest" and "config" too.
layout_digest() { # layout_digest LAYOUT TAG N|manifest|config
  local manifest
  manifest=$(jq -r --arg tag "$2" '.manifests[] |
    select(.annotations["org.opencontainers.image.ref.name"] == $tag).digest' "$1/index.json")
  case $3 in
    manifest) echo "$manifest" ;;
    config) jq -r .config.digest "$1/blobs/sha256/${manifest#sha256:}" ;;
    *) jq -r ".layers[$3].digest" "$1/blobs/sha256/${manifest#sha256:}" ;;
  esac
}

# ---------------------------------------------------------------- cases

run_cases() { # every function case_*, in name order, or those named in $CASES
  local name status failed=0 skipped=0 count=0
  for name in ${CASES:-$(compgen -A function case_)}; do
    count=$((count + 1))
    # Not as the condition of an `if`: bash would switch errexit off in there for good.
    set +e
    (set -e && run_one "$name")
    status=$?
    set -e
    case $status in
      0) echo "ok: ${name#case_}" ;;
      77)
        echo "SKIPPED: ${name#case_}"
        skipped=$((skipped + 1))
        ;;
      *)
        echo "FAILED: ${name#case_}"
        failed=$((failed + 1))
        ;;
    esac
  done
  echo "$count cases, $failed failed, $skipped skipped"
  ((failed == 0)) || exit 1
  # A file that is skipped in part shows as skipped, so that nobody takes it for complete.
  ((skipped == 0)) || exit 77
}
run_one() {
  trap - EXIT
  CASE=$SHARED_FOLDER/$1
  mkdir -p "$CASE/home"
  export CASE HOME=$CASE/home TALLYMAN_DATA_DIR=$CASE/data TALLYMAN_CACHE_DIR=$CASE/cache
  STATUS=0
  : >"$CASE/everything"
  "$1"
}
