#!/bin/bash
# The facts cache: what a second scan reads, many processes at once, crashes, and full disks.
source "$(dirname "$0")/lib.sh"
need jq python3
export SOURCE_DATE_EPOCH=1700000000

# Two images over one base layer; the layers hold enough paths for facts of several KiB.
LAYOUT=$SHARED_FOLDER/layout
for name in one two; do
  make_image "$LAYOUT" "$name" <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1")
many usr/share/doc 3000
layer
many srv/$name 2000
SPEC
done
make_image "$LAYOUT" big <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1")
bytes srv/a 4000000
many srv/b 2000
layer
bytes srv/c 4000000
many srv/d 2000
SPEC
serve store plain
STORE=$REGISTRY_HOST
for name in one two big; do push store "$STORE" "$LAYOUT:$name" "$name:1"; done
scan() { tallyman scan --plain-http "$STORE/$1:1" -o json "${@:2}"; }
clean_report() { # clean_report NAME: of a scan that uses no cache
  scan "$1" --no-cache
  expect_status 0
  comparable "$CASE/out"
}

case_second_scan_reads_nothing() {
  import_feed
  scan one
  expect_equal "false false" "$(json '[.image.layers[].from_cache] | join(" ")')" "from_cache at first"
  comparable "$CASE/out" >"$CASE/first"
  scan one
  expect_equal "true true" "$(json '[.image.layers[].from_cache] | join(" ")')" "from_cache"
  expect_equal "0" "$(json '[.image.layers[].bytes_read] | add')" "bytes read"
  comparable "$CASE/out" | cmp - "$CASE/first" || fail "the cache changes the result"
}
case_shared_layers_are_read_once() {
  import_feed
  scan one
  scan two
  expect_status 0
  expect_equal "true false" "$(json '[.image.layers[].from_cache] | join(" ")')" "from_cache"
  local size
  size=$(stat -c %s "$(stored_blob store "$(layout_digest "$LAYOUT" two 1)")")
  expect_equal "0 $size" "$(json '[.image.layers[].bytes_read] | join(" ")')" "bytes read"
}
case_no_cache_leaves_none() {
  import_feed
  scan one --no-cache
  expect_status 0
  [[ -z $(find "$TALLYMAN_CACHE_DIR" -type f 2>/dev/null) ]] || fail "--no-cache wrote a cache"
}
case_eight_processes_agree() {
  import_feed
  local i pids=() formats
  for i in 1 2 3 4 5 6 7 8; do
    formats=(-o "json=$CASE/$i.json" -o "table=$CASE/$i.table" -o "cyclonedx-json=$CASE/$i.sbom")
    "$TALLYMAN" scan -q --plain-http "$STORE/big:1" "${formats[@]}" 2>"$CASE/err.$i" &
    pids+=($!)
  done
  for i in 0 1 2 3 4 5 6 7; do
    wait "${pids[$i]}" || { cat "$CASE/err.$((i + 1))" >&2; fail "process $i failed"; }
  done
  clean_report big >"$CASE/clean"
  for i in 1 2 3 4 5 6 7 8; do
    comparable "$CASE/$i.json" | cmp - "$CASE/clean" || fail "the JSON of process $i differs"
    cmp "$CASE/1.table" "$CASE/$i.table" || fail "the table of process $i differs"
    cmp "$CASE/1.sbom" "$CASE/$i.sbom" || fail "the SBOM of process $i differs"
  done
  scan big
  comparable "$CASE/out" | cmp - "$CASE/clean" || fail "what they left in the cache differs"
}
case_killed_at_any_time() {
  import_feed
  clean_report big >"$CASE/clean"
  local delay killed=0
  for delay in 0.02 0.04 0.06 0.08 0.1 0.13 0.16 0.2 0.3 0.4; do
    timeout --foreground -s KILL "$delay" "$TALLYMAN" scan -q --plain-http "$STORE/big:1" -o json \
      >"$CASE/partial" 2>/dev/null || killed=$((killed + 1))
    # Whatever it left behind must not change what the next scan says.
    scan big
    expect_status 0
    comparable "$CASE/out" | cmp - "$CASE/clean" || fail "after a kill at $delay s"
    # Half of the rounds begin with an empty cache again: writing is what must be hit.
    ((RANDOM % 2)) || rm -rf "$TALLYMAN_CACHE_DIR"
  done
  ((killed > 0)) || fail "no process was killed in time"
}
case_damaged_entries_are_not_believed() {
  import_feed
  clean_report one >"$CASE/clean"
  scan one
  local entry
  while read -r entry; do
    printf 'damage' | dd of="$entry" bs=1 seek=100 conv=notrunc status=none
  done < <(find "$TALLYMAN_CACHE_DIR" -type f)
  scan one
  expect_status 0
  comparable "$CASE/out" | cmp - "$CASE/clean" || fail "a damaged entry was believed"
  find "$TALLYMAN_CACHE_DIR" -type f -exec truncate -s 10 {} +
  scan one
  expect_status 0
  comparable "$CASE/out" | cmp - "$CASE/clean" || fail "a truncated entry was believed"
}
case_cache_cannot_be_written() {
  import_feed
  # A file where the folder should be: this stops root as well.
  : >"$CASE/cache"
  tallyman scan --plain-http "$STORE/one:1"
  expect_status 1
  expect_err '^error (cache|file)\.[a-z_]+:'
  expect_err 'no-cache'
  scan one --no-cache
  expect_status 0
}
case_full_disk_by_mount() {
  import_feed
  mkdir -p "$SHARED_FOLDER/small"
  if ! mount -t tmpfs -o size=4k tallyman-e2e "$SHARED_FOLDER/small" 2>/dev/null; then
    echo "no right to mount here: the limit on file sizes stands in for it"
    return 0
  fi
  TALLYMAN_CACHE_DIR=$SHARED_FOLDER/small tallyman scan --plain-http "$STORE/one:1"
  expect_status 1
  expect_err '^error (cache|file)\.[a-z_]+:'
  mount -o remount,size=8m "$SHARED_FOLDER/small"
  TALLYMAN_CACHE_DIR=$SHARED_FOLDER/small scan one
  expect_status 0
  comparable "$CASE/out" >"$CASE/after"
  umount "$SHARED_FOLDER/small"
  clean_report one | cmp - "$CASE/after" || fail "the full disk left a bad entry"
}
case_full_disk_by_limit() { # files beyond 1 KiB cannot be written; a pipe is not a file
  import_feed
  mkfifo "$CASE/pipe"
  cat "$CASE/pipe" >"$CASE/err" &
  STATUS=0
  (
    trap '' XFSZ
    ulimit -f 1
    exec "$TALLYMAN" scan --plain-http "$STORE/one:1" >/dev/null 2>"$CASE/pipe"
  ) || STATUS=$?
  wait $!
  [[ $STATUS == 1 ]] || { cat "$CASE/err" >&2; fail "exit code $STATUS"; }
  expect_err '^error (cache|file)\.[a-z_]+:'
  scan one
  expect_status 0
  comparable "$CASE/out" >"$CASE/after"
  clean_report one | cmp - "$CASE/after" || fail "the failed write left a bad entry"
}

run_cases
