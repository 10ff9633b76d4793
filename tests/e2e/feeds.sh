#!/bin/bash
# Importing vulnerability data, and what is left when that fails.
source "$(dirname "$0")/lib.sh"
need jq python3

LAYOUT=$SHARED_FOLDER/layout
small_image "$LAYOUT" app

zip_of() { # zip_of FILE FOLDER
  python3 - "$1" "$2" <<'PY'
import pathlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(pathlib.Path(sys.argv[2]).glob("*.json")):
        archive.write(path, path.name)
PY
}
findings() {
  tallyman scan "oci-dir:$LAYOUT:app" -o json
  json '.vulnerabilities | length'
}

case_folder_and_zip_give_the_same() {
  import_feed
  expect_equal 2 "$(findings)" "findings from a folder"
  zip_of "$CASE/all.zip" "$CASE/feed"
  tallyman feed import "$CASE/all.zip"
  expect_status 0
  expect_equal 2 "$(findings)" "findings from a zip"
}
case_status() {
  tallyman feed status
  grep -qiE 'no (vulnerability )?(index|data|feed)|index\.missing|feed import' "$CASE/out" "$CASE/err" ||
    { show_output; fail "nothing is imported, and it does not say so"; }
  import_feed
  tallyman feed status
  expect_status 0
  expect_out 'Debian:12'
  expect_out '2'
}
case_missing_path() {
  import_feed
  tallyman feed import "$CASE/absent"
  expect_error 'feed\.missing'
  expect_equal 2 "$(findings)" "findings after the failed import"
}
case_malformed_zip() {
  import_feed
  head -c 1000 /dev/zero >"$CASE/bad.zip"
  tallyman feed import "$CASE/bad.zip"
  expect_status 1
  expect_err '^error (feed|zip)\.[a-z_]+:'
  expect_equal 2 "$(findings)" "findings after the failed import"
}
case_truncated_zip() {
  import_feed
  zip_of "$CASE/all.zip" "$CASE/feed"
  truncate -s 300 "$CASE/all.zip"
  tallyman feed import "$CASE/all.zip"
  expect_status 1
  expect_equal 2 "$(findings)" "findings after the failed import"
}
case_one_malformed_record() {
  make_feed "$CASE/feed"
  echo '{"id": "TEST-0003", "affected": [' >"$CASE/feed/TEST-0003.json"
  tallyman feed import "$CASE/feed"
  grep -q 'TEST-0003' "$CASE/out" "$CASE/err" || { show_output; fail "no word of the bad record"; }
  expect_equal 2 "$(findings)" "what the other records find"
}
case_nothing_in_it() {
  import_feed
  mkdir "$CASE/none"
  tallyman feed import "$CASE/none"
  expect_error 'feed\.empty' 3
  expect_equal 2 "$(findings)" "findings after the failed import"
}
case_withdrawn_records_do_not_count() {
  make_feed "$CASE/feed"
  sed -i 's/"id": "TEST-0001",/& "withdrawn": "2024-02-01T00:00:00Z",/' "$CASE/feed/TEST-0001.json"
  tallyman feed import "$CASE/feed"
  expect_status 0
  expect_equal 1 "$(findings)" "findings"
}
case_damaged_index_is_not_believed() {
  import_feed
  local index
  index=$(find "$TALLYMAN_DATA_DIR" -type f -size +0 ! -name '*.db*' ! -name '*.key' | head -1)
  [[ -n $index ]] || fail "no index file in the data folder"
  truncate -s 60 "$index"
  tallyman scan "oci-dir:$LAYOUT:app" --fail-on low
  expect_status 1
  grep -qE 'index\.(malformed|version)' "$CASE/out" "$CASE/err" || { show_output; fail "not said"; }
}
case_the_demo_feed() {
  tallyman feed import "$ROOT/testdata/demo/feed"
  expect_status 0
  expect_not_err '^error|warning'
}

run_cases
