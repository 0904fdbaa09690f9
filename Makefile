# What one does with this tree. `make` prints the list.

GO           ?= go
FUZZTIME     ?= 100000x
STATICCHECK  := honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT   := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
PLATFORMS    := linux/amd64 linux/arm64 freebsd/amd64 freebsd/arm64 darwin/amd64 darwin/arm64

# What the binary says about itself. Nothing else of the machine goes into it:
# the same commit and the same Go give the same bytes.
VERSION      ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
COMMIT       ?= $(shell git rev-parse HEAD 2>/dev/null)
COMMIT_DATE  ?= $(shell git log -1 --format=%cI 2>/dev/null)
LDFLAGS      := -s -w -buildid= \
	-X 'pipy/pipy/cli.Version=$(VERSION)' \
	-X 'pipy/pipy/cli.Commit=$(COMMIT)' \
	-X 'pipy/pipy/cli.CommitDate=$(COMMIT_DATE)'
# HTTP/2 of net/http is left out, which nothing here uses: docs/decisions/132-net-http.md.
STATIC       := CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false -tags=nethttpomithttp2'

RELEASE      := -version "$(VERSION)" -commit "$(COMMIT)" -date "$(COMMIT_DATE)"

# Modules of their own, so that the program does not depend on what they need.
MODULES      := conformance/browser conformance/http2 ci/release docs/site

.DEFAULT_GOAL := help
.PHONY: help build test race fuzz generate console browser conformance conformance-20 mutate bench bench-report lint cross release release-test image docs clean
.PHONY: ci-lint ci-reproducible ci-github

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the program for this machine: build/pipy.
	$(STATIC) $(GO) build -ldflags "$(LDFLAGS)" -o build/pipy ./pipy

test: ## Run all tests, those of the built program among them, and h2spec and gRPC.
	CONFORMANCE_RETRIES=3 $(GO) test ./...
	cd conformance/http2 && $(GO) test ./...

race: ## Run all tests with the race detector, in the program under test as well.
	GORACE=atexit_sleep_ms=0 PIPY_RACE=1 CONFORMANCE_RETRIES=3 $(GO) test -race $(RACEFLAGS) ./...

fuzz: ## Run each fuzz test with FUZZTIME inputs, 100000x unless told otherwise; 30s is a time.
	@set -e; grep -rlE --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u | while read -r dir; do \
		for name in $$(grep -ohE '^func Fuzz[A-Za-z0-9_]*' $$dir/*_test.go | cut -d' ' -f2); do \
			echo "== $$dir $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) $$dir; \
		done; \
	done

generate: ## Write what is printed from the source: docs/reference and docs/pipy.d.ts.
	$(GO) run ./pipy/reference/generate

console: ## Build the console's pages anew after a change of their sources; needs Node 20.
	cd pipy/admin/console && npm ci --no-audit --no-fund && npm test && npm run build

browser: ## Walk through the console with a headless Chromium, where there is one; SCREENSHOTS names a folder for pictures.
	cd conformance/browser && $(GO) test -count=1 ./...

conformance: ## Run the scripts under testscripts; PIPY_BIN names another binary to run them against.
	cd conformance && $(GO) test -count=1 # from there it shows its table

conformance-20: ## Run them twenty times in a row: build/conformance-20.log.
	conformance/soak.sh 20 build/conformance-20.log

mutate: ## Seed faults into the program, one at a time, and count those that the scripts notice.
	nice $(GO) run ./conformance/mutate
	$(GO) test ./conformance -run Page -update

bench: ## Compare with other proxies on this machine; needs nginx, haproxy, wrk and h2load (nghttp2-client). FLAGS go to the command.
	$(GO) run ./benchmarks $(FLAGS)

bench-report: ## The same, with charts over rates, connections, body sizes and filters: benchmarks/report. An hour and a half.
	$(GO) run ./benchmarks -md -report benchmarks/report $(FLAGS)

# The packages that are vetted for the other platforms.
VETTED       ?= ./...

lint: ## Check the form: gofmt, go vet for every platform, staticcheck.
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "run gofmt -w on:"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	@set -e; for p in $(PLATFORMS); do \
		echo "== go vet $$p"; \
		$(STATIC) GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) vet $(VETTED); \
	done
	$(GO) run $(STATICCHECK) ./...

cross: ## Build the program for every platform: build/OS-ARCH/pipy.
	@set -e; for p in $(PLATFORMS); do \
		echo "== go build $$p"; \
		$(STATIC) GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -ldflags "$(LDFLAGS)" -o build/$${p%/*}-$${p#*/}/pipy ./pipy; \
	done

release: cross docs ## Pack all of it: archives, packages, an image, bills of materials, checksums: build/release.
	$(GO) run -C ci/release . $(RELEASE) -platforms "$(PLATFORMS)"

release-test: release ## Test what `make release` writes: install it, run it, look into it. Some tests need root.
	PIPY_RELEASE=$(CURDIR)/build/release $(GO) test -C ci/release -count=1 ./...

image: ## Write an image for containers, without an engine for them: build/image and an archive of it.
	$(MAKE) cross PLATFORMS="$(filter linux/%,$(PLATFORMS))"
	$(GO) run -C ci/release . $(RELEASE) -platforms "$(filter linux/%,$(PLATFORMS))" -only image

docs: ## Write the documentation as HTML: build/docs, and what the console shows, which is a part of the program.
	$(GO) run -C docs/site . -version "$(VERSION)"

ci-lint: ## Check the form of what stands around the program: other modules, shell scripts, pipelines.
	@set -e; for dir in $(MODULES); do \
		echo "== go vet $$dir"; \
		(cd $$dir && $(GO) vet ./... && $(GO) run $(STATICCHECK) ./...); \
	done
	shellcheck .ci/run ci/*.sh ci/image/*.sh ci/package/*.sh ci/package/pipy.rc
	shellcheck --shell=sh --exclude=SC2034 ci/package/pipy.initd
	$(GO) run $(ACTIONLINT) ci/github/*.yml

ci-reproducible: ## Build and pack a second time, in another place, and compare with what `make release` wrote.
	VERSION="$(VERSION)" COMMIT="$(COMMIT)" COMMIT_DATE="$(COMMIT_DATE)" ci/reproducible.sh

ci-github: ## Put the pipelines of ci/github where GitHub looks for them.
	mkdir -p .github/workflows && cp ci/github/*.yml .github/workflows/

clean: ## Remove what was built.
	rm -rf build
