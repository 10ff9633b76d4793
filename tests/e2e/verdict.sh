#!/bin/bash
# What a scan may claim, and the exit codes that scripts rely on.
source "$(dirname "$0")/lib.sh"
need jq python3

LAYOUT=$SHARED_FOLDER/layout
small_image "$LAYOUT" app
make_image "$LAYOUT" fixed <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.2-1")
SPEC
make_image "$LAYOUT" unknown <<SPEC
layer
text etc/os-release "ID=imaginary\nVERSION_ID=7\n"
$(dpkg_status "openssl 3.0.1-1")
SPEC
make_image "$LAYOUT" empty <<'SPEC'
layer
text hello "hello\n"
SPEC

case_findings() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:app" -o json
  expect_status 0
  expect_equal "true" "$(assessed_of)" "assessed"
  expect_equal $'CVE-2099-0001 openssl fixed\nCVE-2099-0002 libc6 not-fixed' "$(findings_of)" \
    "the findings"
  expect_equal "3.0.2-1" "$(json '.vulnerabilities[] | select(.id == "TEST-0001") | .fix.version')" \
    "the fixed version"
  expect_equal "glibc" "$(json '.vulnerabilities[] | select(.id == "TEST-0002") | .match.name')" \
    "the source package that matched"
}
case_table() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:app"
  expect_status 0
  expect_out 'CVE-2099-0001'
  expect_out 'openssl.*3\.0\.1-1.*3\.0\.2-1'
  expect_not_out 'NOT ASSESSED'
}
case_nothing_found_may_be_said() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:fixed"
  expect_status 0
  expect_not_out 'NOT ASSESSED'
  expect_not_out 'CVE-2099'
}
case_threshold_crossed() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:app" --fail-on high
  expect_status 2
  expect_out 'CVE-2099-0001'
  tallyman scan "oci-dir:$LAYOUT:app" --fail-on low
  expect_status 2
}
case_threshold_not_crossed() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:app" --fail-on critical
  expect_status 0
  tallyman scan "oci-dir:$LAYOUT:fixed" --fail-on low
  expect_status 0
}
case_unknown_distribution() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:unknown"
  expect_status 1
  head -1 "$CASE/out" | grep -q 'NOT ASSESSED' || { show_output; fail "the first line hides it"; }
  expect_not_out '[Nn]o vulnerabilities'
  tallyman scan "oci-dir:$LAYOUT:unknown" --fail-on critical
  expect_status 1
  tallyman scan "oci-dir:$LAYOUT:unknown" -o json --fail-on low
  expect_status 1
  expect_equal "false" "$(assessed_of)" "assessed"
}
case_no_vulnerability_data() {
  tallyman scan "oci-dir:$LAYOUT:fixed" --fail-on critical
  expect_status 1
  expect_out 'NOT ASSESSED'
  grep -q 'feed import' "$CASE/out" "$CASE/err" || { show_output; fail "no hint what to do"; }
}
case_data_of_another_release() {
  make_feed "$CASE/feed"
  sed -i 's/Debian:12/Debian:11/' "$CASE"/feed/*.json
  tallyman feed import "$CASE/feed"
  expect_status 0
  tallyman scan "oci-dir:$LAYOUT:fixed" --fail-on critical
  expect_status 1
  expect_out 'NOT ASSESSED'
}
case_image_without_packages() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:empty" --fail-on critical
  expect_status 1
  expect_out 'NOT ASSESSED'
}
case_usage_errors() {
  local arguments
  for arguments in "scan" "scan --no-such-flag x" "scan oci-dir:$LAYOUT:app -o no-such-format" \
    "scan oci-dir:$LAYOUT:app --fail-on no-such-severity" "no-such-command a b"; do
    # shellcheck disable=SC2086
    tallyman $arguments
    expect_status 3
    [[ ! -s $CASE/out ]] || { show_output; fail "usage errors belong on stderr"; }
  done
}
case_local_sources() {
  import_feed
  tallyman scan "oci-dir:$LAYOUT:no-such-tag"
  expect_error 'oci\.no_such_image'
  tallyman scan "oci-dir:$CASE/absent"
  expect_error '(oci|file)\.[a-z_]+'
  mkdir -p "$CASE/tree/etc" "$CASE/tree/var/lib/dpkg"
  printf 'ID=debian\nVERSION_ID="12"\n' >"$CASE/tree/etc/os-release"
  printf '%b' "$(dpkg_entry openssl 3.0.1-1)" >"$CASE/tree/var/lib/dpkg/status"
  tallyman scan "dir:$CASE/tree" -o json --fail-on high
  expect_status 2
  expect_equal "deb openssl 3.0.1-1" "$(packages_of)" "the package list"
}
case_version_command() {
  tallyman version
  expect_status 0
  expect_out '[0-9]+\.[0-9]+\.[0-9]+'
  tallyman version compare dpkg 1:1.0-1 2.0-1
  expect_equal ">" "$(cat "$CASE/out")" "the comparison"
  tallyman version compare rpm 1.0~rc1-1 1.0-1
  expect_equal "<" "$(cat "$CASE/out")" "the comparison"
  tallyman version compare apk 1.2.3-r0 1.2.3-r0
  expect_equal "=" "$(cat "$CASE/out")" "the comparison"
  printf 'scheme\ta\top\tb\tnote\ndpkg\t1.0\t<\t1.1\tx\nrpm\t2\t>\t1\tx\n' >"$CASE/good.tsv"
  tallyman version check "$CASE/good.tsv"
  expect_status 0
  printf 'scheme\ta\top\tb\ndpkg\t1.0\t>\t1.1\n' >"$CASE/bad.tsv"
  tallyman version check "$CASE/bad.tsv"
  expect_status 1
  expect_out '1\.0.*1\.1'
}

run_cases
