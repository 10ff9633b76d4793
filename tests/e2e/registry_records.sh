#!/bin/bash
# tallyman registry add, list, get, update, delete against the embedded store.
source "$(dirname "$0")/lib.sh"
need jq python3

serve private tls
HOST=$REGISTRY_HOST
CA=$SHARED_FOLDER/private/ca.crt
small_image "$SHARED_FOLDER/layout" app
push private "$HOST" "$SHARED_FOLDER/layout:app" team/app:1.0

add() { # add HOST [ARGUMENT...]: without asking the registry
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$1" --username alice \
    --validate=false "${@:2}"
}

case_round_trip() {
  add registry.example.com --name example
  expect_status 0
  add registry.example.com/team/*
  expect_status 0
  tallyman registry list
  expect_status 0
  expect_out 'registry\.example\.com'
  expect_out 'registry\.example\.com/team/\*'
  expect_out 'alice'
  expect_out 'docker_v2'
  tallyman registry get registry.example.com
  expect_status 0
  expect_out 'example'
  TALLYMAN_REGISTRY_PASSWORD=other tallyman registry update registry.example.com \
    --username bob --validate=false
  expect_status 0
  tallyman registry get registry.example.com
  expect_out 'bob'
  expect_not_out 'alice'
  tallyman registry delete registry.example.com
  expect_status 0
  grep -q 'Deleted registry' "$CASE/out" "$CASE/err" || { show_output; fail "no word of it"; }
  tallyman registry get registry.example.com
  expect_error 'registry\.unknown'
  tallyman registry list
  expect_out 'registry\.example\.com/team/\*'
}
case_json_never_has_a_password() {
  add registry.example.com
  tallyman registry get registry.example.com -o json
  expect_status 0
  jq -e . "$CASE/out" >/dev/null || { show_output; fail "not JSON"; }
  ! grep -qF "$PASSWORD" "$CASE/everything" || fail "the password was shown"
}
case_no_such_record() {
  tallyman registry get absent.example.com
  expect_error 'registry\.unknown'
  tallyman registry delete absent.example.com
  expect_error 'registry\.unknown'
  TALLYMAN_REGISTRY_PASSWORD=x tallyman registry update absent.example.com --username a \
    --validate=false
  expect_error 'registry\.unknown'
}
case_added_twice() {
  add registry.example.com
  expect_status 0
  add registry.example.com
  expect_error 'registry\.exists'
}
case_malformed_names() {
  local name
  for name in "https://registry.example.com" "registry.example.com/" "a*b.example.com"; do
    add "$name"
    expect_error 'registry\.name' 3
  done
}
case_password_from_standard_input() {
  printf '%s\n' "$PASSWORD" | "$TALLYMAN" registry add "$HOST" --username alice --ca-file "$CA" \
    --password-stdin >"$CASE/out" 2>"$CASE/err" || { STATUS=$? && show_output && fail "not added"; }
  import_feed
  tallyman scan "$HOST/team/app:1.0"
  expect_status 0
}
case_password_of_several_lines() {
  local key=$'-----BEGIN KEY-----\nline two\n-----END KEY-----\n'
  TALLYMAN_REGISTRY_PASSWORD=$key tallyman registry add registry.example.com \
    --username _json_key --validate=false
  expect_status 0
}
case_validation_refuses_a_wrong_password() {
  TALLYMAN_REGISTRY_PASSWORD=wrong tallyman registry add "$HOST" --username alice --ca-file "$CA"
  expect_status 1
  expect_err '^error registry\.[a-z_]+:'
  tallyman registry get "$HOST"
  expect_error 'registry\.unknown'
}
case_validation_accepts_the_right_one() {
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$HOST" --username alice \
    --ca-file "$CA"
  expect_status 0
}
case_misspelt_flag_of_the_seed() {
  add registry.example.com --secure-conection=false
  expect_status 0
}
case_fall_back_variables() {
  ANCHORECTL_REGISTRY_USERNAME=carol ANCHORECTL_REGISTRY_PASSWORD=$PASSWORD \
    tallyman registry add registry.example.com --validate=false
  expect_status 0
  tallyman registry get registry.example.com
  expect_out 'carol'
}
case_longest_name_wins() {
  import_feed
  TALLYMAN_REGISTRY_PASSWORD=wrong tallyman registry add "$HOST" --username alice \
    --ca-file "$CA" --validate=false
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$HOST/team/*" --username alice \
    --ca-file "$CA" --validate=false
  expect_status 0
  tallyman scan "$HOST/team/app:1.0"
  expect_status 0
}

run_cases
