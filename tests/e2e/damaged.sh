#!/bin/bash
# Bytes that are not what they claim to be, at every stage. Nothing partial may pass as complete.
source "$(dirname "$0")/lib.sh"
need jq python3

LAYOUT=$SHARED_FOLDER/layout
small_image "$LAYOUT" app
serve store plain
STORE=$REGISTRY_HOST

# Each case damages its own repository's copy: blobs are shared by digest, so images differ.
own_image() { # own_image NAME: pushed as NAME:1; layer 1 is big enough to be cut
  make_image "$LAYOUT" "$1" <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1")
text etc/name "$1\n"
layer
text srv/name "$1\n"
bytes srv/$1 60000
SPEC
  push store "$STORE" "$LAYOUT:$1" "$1:1"
}
scan() { tallyman scan --plain-http "$STORE/$1:1" -o json "${@:2}"; }
# The scan must not pass as complete, say why, and remember nothing of that layer.
expect_incomplete() { # expect_incomplete CODE-ERE
  expect_status 1
  grep -qE "$1" "$CASE/out" "$CASE/err" || { show_output; fail "no code $1"; }
  if [[ -s $CASE/out ]]; then expect_equal "false" "$(assessed_of)" "assessed"; fi
}
# After the blob is whole again, the scan finds it: no bad entry was kept.
expect_whole_again() {
  scan "$1"
  expect_status 0
  expect_equal "true" "$(assessed_of)" "assessed once the blob is whole"
}

case_truncated_layer() {
  import_feed
  own_image truncated
  local blob
  blob=$(stored_blob store "$(layout_digest "$LAYOUT" truncated 1)")
  cp "$blob" "$CASE/whole"
  truncate -s 30000 "$blob"
  scan truncated
  expect_incomplete '(size|digest)_mismatch|truncated'
  cp "$CASE/whole" "$blob"
  expect_whole_again truncated
}
case_changed_byte_in_a_layer() {
  import_feed
  own_image changed
  local blob
  blob=$(stored_blob store "$(layout_digest "$LAYOUT" changed 1)")
  cp "$blob" "$CASE/whole"
  printf '\xff' | dd of="$blob" bs=1 seek=20000 conv=notrunc status=none
  scan changed
  expect_incomplete 'digest_mismatch|gzip\.'
  cp "$CASE/whole" "$blob"
  expect_whole_again changed
}
case_bytes_after_a_layer() {
  import_feed
  own_image longer
  local blob
  blob=$(stored_blob store "$(layout_digest "$LAYOUT" longer 1)")
  printf 'more' >>"$blob"
  scan longer
  expect_incomplete '(size|digest)_mismatch|trailing_garbage'
}
case_layer_is_gone() {
  import_feed
  own_image gone
  rm "$(stored_blob store "$(layout_digest "$LAYOUT" gone 1)")"
  scan gone
  expect_incomplete 'registry\.[a-z_]+'
}
case_changed_manifest_by_digest() {
  own_image swapped
  local digest
  digest=$(layout_digest "$LAYOUT" swapped manifest)
  sed -i 's/60/61/' "$(stored_blob store "$digest")"
  tallyman scan --plain-http "$STORE/swapped@$digest"
  expect_error '[a-z_]+\.[a-z_]+'
}
case_manifest_is_not_json() {
  make_image "$CASE/layout" bad <<'SPEC'
raw-manifest "{\"schemaVersion\": 2, \"layers\": [[[["
layer
SPEC
  tallyman scan "oci-dir:$CASE/layout:bad"
  expect_error '(manifest|json)\.malformed'
}
case_manifest_is_ambiguous() {
  make_image "$CASE/layout" bad <<'SPEC'
raw-manifest '{"schemaVersion": 2, "manifests": [], "config": {"digest": "sha256:0"}, "layers": []}'
layer
SPEC
  tallyman scan "oci-dir:$CASE/layout:bad"
  expect_error 'manifest\.(ambiguous|malformed)'
}
case_config_is_not_json() {
  make_image "$CASE/layout" bad <<'SPEC'
raw-config "not json"
layer
text a "a"
SPEC
  tallyman scan "oci-dir:$CASE/layout:bad"
  expect_error '(config|json)\.malformed'
}
case_config_and_manifest_disagree() {
  make_image "$CASE/layout" bad <<'SPEC'
raw-config '{"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}'
layer
text a "a"
SPEC
  tallyman scan "oci-dir:$CASE/layout:bad"
  expect_error 'image\.layers'
}
case_config_lies_about_a_layer() {
  import_feed
  make_image "$CASE/layout" liar <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1")
wrong-diff-id
SPEC
  tallyman scan "oci-dir:$CASE/layout:liar" -o json
  expect_status 1
  grep -q 'diff_id' "$CASE/out" "$CASE/err" || { show_output; fail "no word of the diff ID"; }
}
case_layer_is_not_an_archive() {
  import_feed
  make_image "$CASE/layout" odd <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1")
SPEC
  local digest
  digest=$(layout_digest "$CASE/layout" odd 0)
  printf 'this is no gzip' >"$CASE/layout/blobs/sha256/${digest#sha256:}"
  tallyman scan "oci-dir:$CASE/layout:odd" -o json
  expect_incomplete '[a-z]+\.[a-z_]+'
}
case_package_database_cannot_be_parsed() {
  import_feed
  make_image "$CASE/layout" odd <<SPEC
layer
$OS_RELEASE
text var/lib/dpkg/status "Package openssl without a colon\n\n\\\\x00\\\\x01\\\\x02"
$(printf 'text var/lib/dpkg/status.d/libc6 "%s"' "$(dpkg_entry libc6 2.36-9 glibc)")
SPEC
  tallyman scan "oci-dir:$CASE/layout:odd" -o json
  expect_status 1
  expect_equal "false" "$(assessed_of)" "assessed"
  expect_equal "deb libc6 2.36-9" "$(packages_of)" "what stands"
  json '.problems[] | .path' | grep -qx 'var/lib/dpkg/status' ||
    { show_output; fail "no problem names the database"; }
}
case_truncated_rpm_database() {
  import_feed
  make_image "$CASE/layout" odd <<SPEC
layer
text etc/os-release "ID=almalinux\nVERSION_ID=9.4\n"
bytes var/lib/rpm/rpmdb.sqlite 5000
SPEC
  tallyman scan "oci-dir:$CASE/layout:odd" -o json
  expect_status 1
  expect_equal "false" "$(assessed_of)" "assessed"
  json '.problems[] | .path' | grep -qx 'var/lib/rpm/rpmdb.sqlite' ||
    { show_output; fail "no problem names the database"; }
}

run_cases
