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
