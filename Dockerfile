# The program alone: no shell, no libc, no root. `make image` builds it, docs/container.md says how to use it.
ARG GO_IMAGE=golang:1.26

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY . .
ARG VERSION=dev
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/tennantite ./cmd/tennantite && mkdir /out/trust

FROM scratch
COPY --from=build /out/tennantite /tennantite
# A volume there begins with this owner, so that --ca-file can be written.
COPY --from=build --chown=65532:65532 /out/trust /trust
USER 65532:65532
EXPOSE 4365 4366 4367
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["/tennantite", "healthcheck"]
ENTRYPOINT ["/tennantite"]
# Every address of the container, and of it alone: publish the ports on 127.0.0.1.
CMD ["serve", "--http", "0.0.0.0:4365", "--https", "0.0.0.0:4366", "--proxy", "0.0.0.0:4367"]
