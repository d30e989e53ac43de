# `make` lists the targets. Everything runs from a clean checkout with Go and a C compiler (for the race detector).

GO       ?= go
# The tools stand in a module of their own, so that the product's go.mod stays small.
TOOL     := $(GO) tool -modfile=tools/go.mod
BINARY   := bin/tennantite
IMAGE    ?= tennantite:dev
FUZZTIME ?= 10s
# The conformance suite and the scripts of third-party clients stand beside this repository.
SHARED   ?= ../shared
# What runs the tests; CI puts gotestsum here.
GOTEST   ?= $(GO) test
TESTS    ?= ./...

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the emulator with its built-in world; stop it with ^C
	@$(GO) run ./cmd/tennantite serve $(ARGS)

.PHONY: build
build: ## build bin/tennantite
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="-s -w" -o $(BINARY) ./cmd/tennantite

.PHONY: test
test: ## every test, with the race detector, in random order
	$(GOTEST) -race -shuffle=on $(TESTS)

.PHONY: clients
clients: ## Go libraries of other makers against the sign-in service (a module of its own); see clients-browser
	cd clients && $(GO) test -race ./...

.PHONY: clients-browser
clients-browser: build ## @azure/msal-browser in headless Chromium against the sign-in service; needs node, npm and chromium
	cd clients/browser && npm install --no-package-lock
	clients/browser/run $(BINARY)

.PHONY: clients-openapi
clients-openapi: build ## the control plane's OpenAPI document against two public validators and the real answers; needs node, npm and curl
	cd clients/openapi && $(GO) test -count=1 ./...
	cd clients/openapi && npm install --no-package-lock
	clients/openapi/lint $(BINARY)

.PHONY: requests
requests: ## CHECKS (100,000) requests to the control plane, made from its OpenAPI document, whole and broken ones
	$(GO) test ./control -run '^TestRequestsOfTheDocument$$' -count=1 -timeout 60m -rapid.checks=$(or $(CHECKS),100000)

.PHONY: pages
pages: ## the pages in headless Chromium: the story by mouse and keyboard, axe-core, an HTML validator (a module of its own); needs chromium, node and npm
	cd clients/pages && npm install
	cd clients/pages && $(GO) test -count=1 ./...

# The same bytes come from the same fonts: Debian's fonts-noto-core and fonts-dejavu-core.
.PHONY: pictures
pictures: ## take the pictures of docs/pictures anew; the ports that serve binds must be free; look at them before you commit them
	cd clients/pages && $(GO) test -count=1 -run '^TestPictures$$' . -pictures ../../docs/pictures

# Without the race detector and vet: the SDK's packages take minutes to build for either.
.PHONY: clients-graphsdk
clients-graphsdk: ## Microsoft's Go SDK against the directory of Graph (a module of its own; its first build takes minutes)
	cd clients/graphsdk && $(GO) test -vet=off -count=1 ./...

.PHONY: lint
lint: ## golangci-lint, actionlint and a tidy go.mod, all pinned
	$(TOOL) golangci-lint config verify
	$(TOOL) golangci-lint run ./...
	cd clients && $(GO) tool -modfile=../tools/go.mod golangci-lint run ./...
	cd clients/openapi && $(GO) tool -modfile=../../tools/go.mod golangci-lint run ./...
	cd clients/pages && $(GO) tool -modfile=../../tools/go.mod golangci-lint run ./...
	cd clients/graphsdk && $(GO) tool -modfile=../../tools/go.mod golangci-lint fmt --diff ./... # the rest would analyse the SDK for minutes
	$(GO) tool -modfile=tools/actionlint/go.mod actionlint
	$(GO) mod tidy -diff

.PHONY: fmt
fmt: ## format as `make lint` wants it
	$(TOOL) golangci-lint fmt ./...

.PHONY: bench
bench: ## every benchmark; narrow with BENCH=regexp and TESTS=./package; BENCHTIME=1s
	$(GO) test -run '^$$' -bench '$(or $(BENCH),.)' -benchtime '$(or $(BENCHTIME),1s)' -benchmem $(TESTS)

.PHONY: speed
speed: build ## the whole program beside a bare net/http server and RSA, into docs/performance.md; the machine should be idle
	@cd tools && $(GO) run ./speed -into ../docs/performance.md ../$(BINARY)

# The library's followers of deltas, and the world of four organisations, whose histories have some 100 operations each.
.PHONY: model
model: ## the model tests at length: OPERATIONS (10,000) each; one seed more, or of the histories, with SEED=n
	$(GO) test ./emulator -count=1 -timeout 600m -v -run 'OverTheWire' \
	  -delta.operations $(or $(OPERATIONS),10000) -delta.seed $(or $(SEED),0) \
	  -linear.operations $(or $(OPERATIONS),10000) -linear.seed $(or $(SEED),1) \
	  -model.operations $(or $(OPERATIONS),10000) -rapid.checks $(or $(OPERATIONS),10000) -rapid.steps 100 -rapid.seed $(or $(SEED),0)

.PHONY: soak
soak: ## mixed load with faults and worlds that come and go for DURATION (1h); nothing is kept, no 5xx that nobody asked for
	$(GO) test ./emulator -count=1 -timeout 0 -v -run '^TestSoak$$' -soak.duration $(or $(DURATION),1h)

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (10s)
	@GO='$(GO)' FUZZTIME='$(FUZZTIME)' scripts/fuzz

.PHONY: kill
kill: ## kill the program KILLS (200) times while clients write to its state directory; nothing that was answered is lost
	TENNANTITE_TEST_KILLS=$(or $(KILLS),200) $(GO) test ./cmd/tennantite -run '^TestKill$$' -count=1 -timeout 60m -v

.PHONY: golden
golden: ## rewrite the expected answers that tests compare with; read the diff before you commit it
	@GO='$(GO)' scripts/golden

.PHONY: image
image: ## the container image, with docker or (without an engine) buildah
	@IMAGE='$(IMAGE)' scripts/image

.PHONY: image-test
image-test: ## build the image, start it and tell it a short story
	@scripts/image-test

.PHONY: supply
supply: ## known vulnerabilities and the licences of what is linked in, see docs/dependencies.md
	@GO='$(GO)' scripts/vulnerabilities
	@GO='$(GO)' scripts/licences

.PHONY: sbom
sbom: build ## the bill of materials of bin/tennantite, into bin/sbom.cdx.json
	@GO='$(GO)' scripts/sbom $(BINARY) bin/sbom.cdx.json

.PHONY: release-check
release-check: ## goreleaser's own check of .goreleaser.yaml; its first build takes ten minutes
	$(GO) tool -modfile=tools/goreleaser/go.mod goreleaser check

.PHONY: reproducible
reproducible: ## build the commit in two folders with other caches; the bytes must be the same
	@scripts/reproducible

.PHONY: cross
cross: ## build the program and compile every test for linux, macOS and Windows, amd64 and arm64
	@GO='$(GO)' scripts/cross

.PHONY: examples
examples: build ## JavaScript, Python, the GitHub Action and testcontainers, as far as they can run here
	@scripts/examples $(BINARY)

.PHONY: conformance
conformance: build ## the black-box suite in SHARED; fails where a listed case no longer passes
	@SHARED='$(SHARED)' scripts/conformance $(BINARY)

.PHONY: conformance-update
conformance-update: build ## add what passes now to .ci/conformance-passing.txt (it only grows)
	@SHARED='$(SHARED)' scripts/conformance -u $(BINARY)

.PHONY: witness
witness: build ## unmodified third-party clients from SHARED; narrow with CLIENTS="rclone pnpjs"
	@SHARED='$(SHARED)' scripts/witness $(BINARY) $(CLIENTS)

.PHONY: witness-update
witness-update: build ## add what passes now to .ci/witness-passing.txt (it only grows)
	@SHARED='$(SHARED)' scripts/witness -u $(BINARY) $(CLIENTS)

.PHONY: check
check: lint test conformance ## what a change must pass; CI runs this and more (.ci/run)
