#!/bin/sh
# Brings a Docker Compose installation to DOUL_TAG without a failed request: migrations first, then layer by layer a new instance is started
# beside the old one, and the old one is stopped when the new one is ready. Run it on the host, in the folder that holds docker-compose.yml
# and .env. Usage: DOUL_TAG=v1.2.3 sh docker/rollout.sh
set -eu

READY_SECONDS=180
LAYERS='usercenter-rpc friend-rpc video-rpc comment-rpc chat-rpc video-worker search-worker usercenter-api friend-api video-api comment-api chat-api search-api'

compose() { docker compose --env-file .env -f docker-compose.yml "$@"; }
ids() { compose ps --quiet "$1"; }

# Waits until a container is healthy; fails when it ends or takes too long.
wait_healthy() {
  waited=0
  while [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" != healthy ]; do
    [ "$waited" -lt "$READY_SECONDS" ] || { docker logs --tail 50 "$1"; return 1; }
    sleep 1
    waited=$((waited + 1))
  done
}

roll() {
  old=$(ids "$1")
  running=$(printf '%s\n' "$old" | grep -c . || true)
  [ "$running" -gt 0 ] || { compose up --detach --no-deps "$1"; return; }
  compose up --detach --no-deps --no-recreate --scale "$1=$((running * 2))" "$1"
  for id in $(ids "$1"); do
    case "$old" in *"$id"*) continue ;; esac
    wait_healthy "$id" || { echo "$1: the new instance does not become ready; the old one keeps serving" >&2; docker rm --force "$id"; exit 1; }
  done
  for id in $old; do docker stop --time 15 "$id" >/dev/null && docker rm "$id" >/dev/null; done
  echo "$1: $running replaced"
}

compose pull --quiet
stores='mysql redis rabbitmq etcd elasticsearch'
# The bundled object store is there only with the profile `evaluation`.
if compose config --services | grep -qx oss; then stores="$stores oss"; fi
# shellcheck disable=SC2086
compose up --detach --no-deps --wait $stores
compose run --rm --no-deps migrate
for layer in $LAYERS; do roll "$layer"; done
# The gateway owns the published port, so it is exchanged in place: nginx finishes what it has and is back within a second.
compose up --detach --no-deps --wait gateway
docker image prune --force >/dev/null
