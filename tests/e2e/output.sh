#!/bin/bash
# Formats, where output goes, and that it is the same every time.
source "$(dirname "$0")/lib.sh"
need jq python3

LAYOUT=$SHARED_FOLDER/layout
small_image "$LAYOUT" app

case_several_outputs() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:app" -o table -o "json=$CASE/report.json" \
    -o "cyclonedx-json=$CASE/sbom.json"
  expect_status 0
  expect_out 'CVE-2099-0001'
  jq -e . "$CASE/report.json" >/dev/null
  expect_equal "CycloneDX" "$(json .bomFormat "$CASE/sbom.json")" "the SBOM's format"
  json '.components[].purl' "$CASE/sbom.json" | grep -q '^pkg:deb/debian/openssl@3.0.1-1' ||
    fail "the SBOM lacks openssl's purl"
}
case_only_data_on_stdout() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:app" -o json
  expect_status 0
  jq -e . "$CASE/out" >/dev/null || { show_output; fail "stdout is not one JSON document"; }
  [[ $(jq -s length "$CASE/out") == 1 ]] || fail "more than one document"
}
case_files_only_leave_stdout_empty() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:app" -o "json=$CASE/report.json"
  expect_status 0
  [[ ! -s $CASE/out ]] || { show_output; fail "stdout should be empty"; }
}
case_quiet() {
  import_feed
  tallyman scan -q "oci-dir:$LAYOUT:app" -o json
  expect_status 0
  [[ ! -s $CASE/err ]] || { show_output; fail "-q, and still words on stderr"; }
}
case_no_escape_codes_in_a_pipe() {
  import_feed
  env -u NO_COLOR "$TALLYMAN" scan "oci-dir:$LAYOUT:app" >"$CASE/out" 2>"$CASE/err"
  ! grep -q $'\e' "$CASE/out" "$CASE/err" || fail "escape codes, and no terminal"
}
case_escape_codes_of_the_image_are_not_printed() {
  import_feed
  make_image "$CASE/layout" rude <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1\\\\x1b[31m")
text "etc/\\e]0;title" "x"
SPEC
  tallyman scan "oci-dir:$CASE/layout:rude"
  ! grep -q $'\e' "$CASE/out" "$CASE/err" || { show_output; fail "the image wrote to the terminal"; }
}
case_same_bytes_every_time() {
  import_feed
  export SOURCE_DATE_EPOCH=1700000000
  local format
  for format in table json cyclonedx-json; do
    tallyman scan --no-cache "oci-dir:$LAYOUT:app" -o "$format=$CASE/first.$format"
    expect_status 0
    tallyman scan --no-cache "oci-dir:$LAYOUT:app" -o "$format=$CASE/second.$format"
    cmp "$CASE/first.$format" "$CASE/second.$format" || fail "$format differs from run to run"
  done
}
case_output_file_cannot_be_written() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:app" -o "json=$CASE/absent/report.json"
  expect_status 1
  expect_err '^error [a-z_.]+:'
  if [[ -w /dev/full ]]; then
    STATUS=0
    "$TALLYMAN" scan -q "oci-dir:$LAYOUT:app" -o json >/dev/full 2>"$CASE/err" || STATUS=$?
    [[ $STATUS == 1 ]] || fail "stdout is full, exit code $STATUS"
    STATUS=0
    "$TALLYMAN" version >/dev/full 2>"$CASE/err" || STATUS=$?
    [[ $STATUS == 1 ]] || fail "stdout is full, exit code of version $STATUS"
  fi
}
case_help() {
  tallyman --help
  expect_status 0
  expect_out 'scan'
  tallyman scan --help
  expect_status 0
  expect_out '--fail-on'
}

run_cases
