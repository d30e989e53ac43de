# shellcheck shell=bash
# What builds and starts images: docker where an engine answers, else buildah, which needs none. Sourced.

if docker info >/dev/null 2>&1; then
  ENGINE=docker
else
  ENGINE=buildah
  # chroot and vfs ask nothing of the kernel, so this works in a container and in CI.
  BUILDAH=(buildah --storage-driver vfs)
  export BUILDAH_ISOLATION=chroot
  export BUILDAH_FORMAT=docker # the OCI format has no HEALTHCHECK
fi

# need COMMAND=PACKAGE ...: what is missing is installed on a Debian machine where we are root
need() {
  local p missing=()
  for p in "$@"; do command -v "${p%%=*}" >/dev/null || missing+=("${p#*=}"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "please install: ${missing[*]}" >&2
    return 1
  fi
  echo "installing ${missing[*]}" >&2
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >/dev/null
}

# build_image IMAGE CONTEXT: GO_IMAGE names another builder than the Dockerfile's
build_image() {
  local args=(--build-arg "VERSION=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo dev)}")
  [ -z "${GO_IMAGE:-}" ] || args+=(--build-arg "GO_IMAGE=$GO_IMAGE")
  if [ $ENGINE = docker ]; then
    docker build "${args[@]}" -t "$1" "$2"
  else
    need buildah=buildah
    "${BUILDAH[@]}" build "${args[@]}" -t "$1" "$2"
  fi
}

# add_about IMAGE: puts licences and bill of materials into an image's /about; the bill is read from the program in the image
add_about() {
  local w c
  w=$(mktemp -d)
  if [ $ENGINE = docker ]; then
    c=$(docker create "$1")
    docker cp "$c:/tennantite" "$w/tennantite"
    docker rm "$c" >/dev/null
    scripts/about "$w/tennantite" "$w/about"
    printf 'FROM %s\nCOPY . /about\n' "$1" | docker build -q -t "$1" -f - "$w/about"
  else
    c=$("${BUILDAH[@]}" from "$1")
    cp "$("${BUILDAH[@]}" mount "$c")/tennantite" "$w/tennantite"
    scripts/about "$w/tennantite" "$w/about"
    "${BUILDAH[@]}" copy -q "$c" "$w/about" /about
    "${BUILDAH[@]}" commit -q --rm "$c" "$1"
  fi
  rm -rf "$w"
}
