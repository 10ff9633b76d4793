# A private registry on loopback, for the demo and the end-to-end tests. Source this file.
#
#   make_certificate FOLDER      ca.crt, server.crt and server.key for 127.0.0.1 and localhost
#   start_registry FOLDER KIND   KIND is "plain" or "tls"; sets REGISTRY_HOST and REGISTRY_PID.
#                                tls asks for a password: see add_user, call it before
#   add_user FOLDER USER SECRET  one more user of that registry
#
# The system picks a free port (address 127.0.0.1:0) and the registry's log says which one:
# any number may run side by side.

make_certificate() {
  local folder=$1
  mkdir -p "$folder/private"
  {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
      -subj "/CN=example test CA" -addext "basicConstraints=critical,CA:TRUE" \
      -addext "keyUsage=critical,keyCertSign" \
      -keyout "$folder/private/ca.key" -out "$folder/ca.crt"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
      -keyout "$folder/private/server.key" -out "$folder/private/server.csr"
    printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n' \
      >"$folder/private/extensions"
    openssl x509 -req -in "$folder/private/server.csr" -CA "$folder/ca.crt" \
      -CAkey "$folder/private/ca.key" -CAcreateserial -days 30 \
      -extfile "$folder/private/extensions" -out "$folder/private/server.crt"
  } >"$folder/private/openssl.log" 2>&1 || {
    cat "$folder/private/openssl.log" >&2
    return 1
  }
}

add_user() {
  local folder=$1 user=$2 secret=$3
  # The password goes in by standard input: argument lists are world-readable.
  printf '%s\n' "$secret" | htpasswd -niB -C 5 "$user" | grep . >>"$folder/htpasswd"
}

start_registry() {
  local folder=$1 kind=$2 program port="" tries
  program=${DOCKER_REGISTRY_PROGRAM:-$(command -v docker-registry)} || {
    echo "no docker-registry program" >&2
    return 1
  }
  mkdir -p "$folder/storage"
  {
    echo "version: 0.1"
    echo "log: {level: info, accesslog: {disabled: true}}"
    echo "storage: {filesystem: {rootdirectory: $folder/storage}, delete: {enabled: true}}"
    echo "http:"
    echo "  addr: 127.0.0.1:0"
    echo "  secret: not-a-secret"
    if [[ $kind == tls ]]; then
      echo "  tls: {certificate: $folder/private/server.crt, key: $folder/private/server.key}"
      echo "auth: {htpasswd: {realm: example, path: $folder/htpasswd}}"
    fi
  } >"$folder/registry.yml"
  : >"$folder/registry.log"
  # OTEL_* and REGISTRY_* of the caller would change its configuration.
  env -i PATH="$PATH" HOME="$folder" "$program" serve "$folder/registry.yml" \
    >>"$folder/registry.log" 2>&1 </dev/null &
  REGISTRY_PID=$!
  for ((tries = 0; tries < 200; tries++)); do
    port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$folder/registry.log")
    [[ -n $port ]] && break
    kill -0 "$REGISTRY_PID" 2>/dev/null || break
    sleep 0.05
  done
  if [[ -z $port ]]; then
    cat "$folder/registry.log" >&2
    return 1
  fi
  REGISTRY_HOST=127.0.0.1:$port
}
