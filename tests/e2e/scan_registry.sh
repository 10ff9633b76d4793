#!/bin/bash
# Scanning from a registry: credentials, trust, names that lead nowhere, platforms.
source "$(dirname "$0")/lib.sh"
need jq python3

LAYOUT=$SHARED_FOLDER/layout
small_image "$LAYOUT" app
make_image "$LAYOUT" multi <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1")
index arm64 amd64 riscv64
SPEC
serve private tls
PRIVATE=$REGISTRY_HOST
serve open plain
OPEN=$REGISTRY_HOST
push private "$PRIVATE" "$LAYOUT:app" team/app:1.0
push private "$PRIVATE" "$LAYOUT:multi" team/multi:1.0 --all
push open "$OPEN" "$LAYOUT:app" team/app:1.0
CA=$SHARED_FOLDER/private/ca.crt

add_record() { # add_record [ARGUMENT...]
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$PRIVATE" --username alice \
    --ca-file "$CA" "$@"
  expect_status 0
}
expect_small_image() {
  expect_equal $'deb libc6 2.36-9\ndeb openssl 3.0.1-1' "$(packages_of)" "the package list"
}

case_password_of_a_record() {
  import_feed
  add_record
  tallyman scan "$PRIVATE/team/app:1.0" -o json
  expect_status 0
  expect_small_image
  expect_equal "true" "$(assessed_of)" "assessed"
  expect_equal "$(layout_digest "$LAYOUT" app manifest)" "$(json .image.digest)" "the digest"
}
case_bare_command_is_scan() {
  import_feed
  add_record
  tallyman "registry:$PRIVATE/team/app:1.0" -o json
  expect_status 0
  expect_small_image
}
case_password_of_docker_config() {
  import_feed
  mkdir -p "$CASE/docker"
  docker_config "$CASE/docker/config.json" "$PRIVATE" alice "$PASSWORD"
  DOCKER_CONFIG=$CASE/docker tallyman scan "$PRIVATE/team/app:1.0" --ca-file "$CA" -o json
  expect_status 0
  expect_small_image
}
case_docker_config_in_the_home_folder() {
  import_feed
  mkdir -p "$HOME/.docker"
  docker_config "$HOME/.docker/config.json" "$PRIVATE" alice "$PASSWORD"
  tallyman scan "$PRIVATE/team/app:1.0" --ca-file "$CA" -o json
  expect_status 0
}
case_wrong_password() {
  TALLYMAN_REGISTRY_PASSWORD=wrong tallyman registry add "$PRIVATE" --username alice \
    --ca-file "$CA" --validate=false
  expect_status 0
  tallyman scan "$PRIVATE/team/app:1.0"
  expect_error 'registry\.unauthorized'
  expect_err 'hint:'
}
case_no_password() {
  tallyman scan "$PRIVATE/team/app:1.0" --ca-file "$CA"
  expect_error 'registry\.unauthorized'
  expect_err 'hint:'
}
case_unknown_ca() {
  add_record --validate=false
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry update "$PRIVATE" --username alice \
    --ca-file "" --validate=false
  tallyman scan "$PRIVATE/team/app:1.0"
  expect_error 'http\.tls_untrusted'
  expect_err 'ca-file'
}
case_verification_switched_off() {
  import_feed
  TALLYMAN_REGISTRY_PASSWORD=$PASSWORD tallyman registry add "$PRIVATE" --username alice \
    --secure-connection=false
  expect_status 0
  tallyman scan "$PRIVATE/team/app:1.0" -o json
  expect_status 0
}
case_verification_switched_off_for_one_scan() {
  import_feed
  mkdir -p "$CASE/docker"
  docker_config "$CASE/docker/config.json" "$PRIVATE" alice "$PASSWORD"
  DOCKER_CONFIG=$CASE/docker tallyman scan "$PRIVATE/team/app:1.0" --insecure-skip-tls-verify \
    -o json
  expect_status 0
}
case_unknown_host() {
  tallyman scan "no-such-host.invalid:5000/team/app:1.0"
  expect_error 'http\.dns'
}
case_nothing_listens() {
  tallyman scan "127.0.0.1:1/team/app:1.0"
  expect_error 'http\.refused'
}
case_missing_repository() {
  add_record
  tallyman scan "$PRIVATE/team/absent:1.0"
  expect_error 'registry\.[a-z_]*unknown'
  expect_err 'team/absent'
}
case_missing_tag() {
  add_record
  tallyman scan "$PRIVATE/team/app:9.9"
  expect_error 'registry\.[a-z_]*unknown'
}
case_by_digest() {
  import_feed
  add_record
  tallyman scan "$PRIVATE/team/app@$(layout_digest "$LAYOUT" app manifest)" -o json
  expect_status 0
  expect_small_image
}
case_malformed_reference() {
  tallyman scan "$PRIVATE/Team/App:1.0"
  expect_error 'reference\.malformed' 3
}
case_plain_http_only_when_asked() {
  import_feed
  tallyman scan "$OPEN/team/app:1.0"
  expect_error 'http\.[a-z_]+'
  tallyman scan "$OPEN/team/app:1.0" --plain-http -o json
  expect_status 0
  expect_small_image
}
case_platform_of_an_index() {
  import_feed
  add_record
  tallyman scan "$PRIVATE/team/multi:1.0" --platform linux/arm64 -o json
  expect_status 0
  expect_equal "linux/arm64" "$(json .image.platform)" "the platform"
  tallyman scan "$PRIVATE/team/multi:1.0" --platform linux/s390x
  expect_error 'platform\.not_available'
  expect_err 'riscv64'
}

run_cases
