#!/bin/bash
# Real images (the corpus, see docs/benchmarks.md): every one scans, and its package list is the
# one that dpkg-query or rpm print for the same files. TALLYMAN_CORPUS names the corpus folder;
# its registry must be serving.
source "$(dirname "$0")/lib.sh"
if [[ -z $CORPUS ]]; then
  # The corpus takes gigabytes: its absence is no failure even with CI=true.
  echo "SKIPPED, TALLYMAN_CORPUS is not set: no real images to compare with" >&2
  exit 77
fi
[[ -s $CORPUS/corpus.tsv ]] || { echo "FAILED: $CORPUS is not a corpus folder" >&2; exit 1; }
need jq dpkg-query rpm tar zstd
HOST=127.0.0.1:${CORPUS_PORT:-5443}
BLOBS=$CORPUS/oci/blobs/sha256

blob_of() { echo "$BLOBS/${1#sha256:}"; }
layers_of() { # of an image named in refs.tsv: blob files, base first
  local digest
  digest=$(awk -F'\t' -v ref="$1" '$1 == ref { print $3 }' "$CORPUS/refs.tsv")
  jq -r '.layers[].digest' "$(blob_of "$digest")" | while read -r digest; do blob_of "$digest"; done
}
untar() { # untar BLOB MEMBER-PATTERN...: what matches, into $CASE/tree, later layers over earlier
  mkdir -p "$CASE/tree"
  tar -xf "$1" -C "$CASE/tree" --wildcards --no-same-owner "${@:2}" 2>"$CASE/tar.log" || true
}
# "deb name version architecture" as dpkg-query sees that image's database.
debs_of() {
  local blob
  for blob in $(layers_of "$1"); do
    untar "$blob" 'var/lib/dpkg/status' 'var/lib/dpkg/status.d/*' './var/lib/dpkg/status'
  done
  mkdir -p "$CASE/admin/updates" "$CASE/admin/info"
  : >"$CASE/admin/status"
  [[ ! -f $CASE/tree/var/lib/dpkg/status ]] || cp "$CASE/tree/var/lib/dpkg/status" "$CASE/admin/"
  local entry
  for entry in "$CASE"/tree/var/lib/dpkg/status.d/*; do
    [[ -f $entry && $entry != *.md5sums ]] || continue
    sed '1a Status: install ok installed' "$entry" >>"$CASE/admin/status"
    echo >>"$CASE/admin/status"
  done
  # shellcheck disable=SC2016
  dpkg-query --admindir="$CASE/admin" -W \
    -f '${db:Status-Status} deb ${Package} ${Version} ${Architecture}\n' |
    sed -n 's/^installed //p' | sort
}
# "rpm name version architecture"; rpm itself reads a copy of the database.
rpms_of() {
  local blob
  for blob in $(layers_of "$1"); do untar "$blob" 'var/lib/rpm/*'; done
  rpm --dbpath "$CASE/tree/var/lib/rpm" -qa \
    --qf 'rpm %{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE} %{ARCH}\n' |
    sed 's/ 0:/ /' | grep -v '^rpm gpg-pubkey ' | sort
}
add_registry() {
  TALLYMAN_REGISTRY_PASSWORD=$(cat "$CORPUS/auth/password") tallyman registry add "$HOST" \
    --username bench --ca-file "$CORPUS/certs/ca.crt"
  expect_status 0
}
ours() { json '.packages[] | "\(.type) \(.name) \(.version) \(.architecture)"' | grep "^$1 " | sort; }

case_every_image_scans() {
  add_registry
  local image reported layers
  while read -r image layers; do
    tallyman scan -q "$HOST/$image" -o json
    [[ -s $CASE/out ]] || { show_output; fail "$image: no report"; }
    reported=$(json '.image.layers | length')
    [[ $reported == "$layers" ]] || fail "$image: $reported layers, the corpus says $layers"
    json '.problems[] | tojson' >"$CASE/problems"
    ! grep -q '"incomplete":true' "$CASE/problems" || { cat "$CASE/problems"; fail "$image: problems"; }
    echo "$image: $(json '.packages | length') packages"
  done < <(awk -F'\t' 'NR > 1 { print $1, $2 }' "$CORPUS/corpus.tsv")
}
compare_debs() { # compare_debs IMAGE
  add_registry
  debs_of "$1" >"$CASE/wanted"
  tallyman scan -q "$HOST/$1" -o json
  ours deb >"$CASE/got"
  diff "$CASE/wanted" "$CASE/got" >&2 || fail "$1 differs (< dpkg-query, > ours)"
  echo "$1: $(wc -l <"$CASE/wanted") deb packages, differences: none"
}
case_debs_of_base() { compare_debs corpus/base:1; }
case_debs_of_python() { compare_debs corpus/python:1; }
case_debs_of_node() { compare_debs corpus/node:1; }
case_debs_of_java() { compare_debs corpus/java:1; }
case_debs_of_fat() { compare_debs corpus/fat:1; }
case_debs_of_fat_zstd() { compare_debs corpus/fat:zstd; }
case_debs_of_distroless() { compare_debs corpus/distroless:1; }
case_rpms() {
  add_registry
  rpms_of corpus/rpm:sqlite >"$CASE/wanted"
  tallyman scan -q "$HOST/corpus/rpm:sqlite" -o json
  ours rpm >"$CASE/got"
  diff "$CASE/wanted" "$CASE/got" >&2 || fail "the lists differ (< rpm -qa, > ours)"
  echo "rpm:sqlite: $(wc -l <"$CASE/wanted") rpm packages, differences: none"
}

run_cases
