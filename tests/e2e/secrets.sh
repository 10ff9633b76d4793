#!/bin/bash
# A password that must not be found anywhere: outputs, errors, the store, the cache, argv.
source "$(dirname "$0")/lib.sh"
need jq python3

PASSWORD=canary-4f1d9b7e2c
serve private tls
HOST=$REGISTRY_HOST
CA=$SHARED_FOLDER/private/ca.crt
small_image "$SHARED_FOLDER/layout" app
push private "$HOST" "$SHARED_FOLDER/layout:app" team/app:1.0

CODED=$(printf 'alice:%s' "$PASSWORD" | base64 -w0)
expect_no_canary() { # in any file of this case
  local found
  found=$(grep -rlaF -e "$PASSWORD" -e "$CODED" -e "canary" "$CASE" || true)
  [[ -z $found ]] || fail "the password is in: $found"
}

case_nowhere_after_every_command() {
  import_feed
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$HOST" --username alice --ca-file "$CA"
  expect_status 0
  tallyman registry list
  tallyman registry list -o json
  tallyman registry get "$HOST"
  tallyman scan "$HOST/team/app:1.0" -o table -o "json=$CASE/report.json" \
    -o "cyclonedx-json=$CASE/sbom.json"
  expect_status 0
  tallyman scan "$HOST/team/absent:1.0"
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$HOST" --username alice --ca-file "$CA"
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry update "$HOST" --username nobody \
    --ca-file "$CA"
  expect_no_canary
}
case_failures_do_not_tell() {
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add 127.0.0.1:1 --username alice
  expect_status 1
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$HOST" --username mallory --ca-file "$CA"
  expect_status 1
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$HOST" --username alice
  expect_status 1
  expect_no_canary
}
case_malformed_docker_config_is_not_shown() {
  mkdir -p "$CASE/docker"
  printf '{"auths": {"%s": {"auth": "%s"}' "$HOST" "$CODED" >"$CASE/docker/config.json"
  DOCKER_CONFIG=$CASE/docker tallyman scan "$HOST/team/app:1.0" --ca-file "$CA"
  expect_error 'docker_config\.malformed'
  rm "$CASE/docker/config.json"
  expect_no_canary
}
case_never_on_the_command_line() {
  # Where users of other tools try it: refused, and not echoed.
  tallyman registry add "$HOST" alice "$PASSWORD"
  expect_status 3
  tallyman registry add "$HOST" --username alice --password "$PASSWORD"
  expect_status 3
  tallyman registry add "$HOST" --username alice "--password=$PASSWORD"
  expect_status 3
  tallyman registry add "$HOST" --username alice "--password-stdin=$PASSWORD"
  expect_status 3
  tallyman registry add "$HOST" --username alice "--validate=$PASSWORD"
  expect_status 3
  tallyman registry update "$HOST" "$PASSWORD"
  expect_status 3
  tallyman scan "$HOST/team/app:1.0" "$PASSWORD"
  expect_status 3
  expect_no_canary
}
case_user_and_password_in_a_reference() {
  tallyman scan "alice:$PASSWORD@$HOST/team/app:1.0"
  ((STATUS != 0)) || fail "accepted"
  expect_no_canary
}
case_files_of_the_store_are_private() {
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$HOST" --username alice --ca-file "$CA"
  expect_status 0
  local file
  while read -r file; do
    [[ $(stat -c %a "$file") == 600 ]] || fail "$file is mode $(stat -c %a "$file")"
  done < <(find "$TALLYMAN_DATA_DIR" -type f)
  [[ -n $(find "$TALLYMAN_DATA_DIR" -name '*.key') ]] || fail "no key file"
}
case_store_without_its_key() {
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$HOST" --username alice --ca-file "$CA"
  find "$TALLYMAN_DATA_DIR" -name '*.key' -delete
  tallyman scan "$HOST/team/app:1.0"
  expect_error '(key|store)\.[a-z_]+'
  expect_err 'hint:'
  [[ -z $(find "$TALLYMAN_DATA_DIR" -name '*.key') ]] || fail "a new key was made over it"
}

run_cases
