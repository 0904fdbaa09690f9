# What one does with this tree. `make` prints the list.

GO           ?= go
FUZZTIME     ?= 30s
STATICCHECK  := honnef.co/go/tools/cmd/staticcheck@v0.8.2
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
STATIC       := CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false'

.DEFAULT_GOAL := help
.PHONY: help build test race fuzz generate conformance bench lint cross release clean

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the program for this machine: build/pipy.
	$(STATIC) $(GO) build -ldflags "$(LDFLAGS)" -o build/pipy ./pipy

test: ## Run all tests, those of the built program among them, and h2spec and gRPC.
	$(GO) test ./...
	cd conformance/http2 && $(GO) test ./...

race: ## Run all tests with the race detector, in the program under test as well.
	GORACE=atexit_sleep_ms=0 PIPY_RACE=1 $(GO) test -race ./...

fuzz: ## Run each fuzz test for FUZZTIME, 30s unless told otherwise.
	@set -e; grep -rlE --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u | while read -r dir; do \
		for name in $$(grep -ohE '^func Fuzz[A-Za-z0-9_]*' $$dir/*_test.go | cut -d' ' -f2); do \
			echo "== $$dir $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) $$dir; \
		done; \
	done

generate: ## Write what is printed from the source: docs/reference and docs/pipy.d.ts.
	$(GO) run ./pipy/reference/generate

conformance: ## Run the scripts under testscripts; PIPY_BIN names another binary to run them against.
	$(GO) test -count=1 ./conformance

bench: ## Compare with other proxies on this machine; needs nginx, haproxy, wrk and h2load (nghttp2-client). FLAGS go to the command.
	$(GO) run ./benchmarks $(FLAGS)

lint: ## Check the form: gofmt, go vet for every platform, staticcheck.
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "run gofmt -w on:"; echo "$$files"; exit 1; fi
	@set -e; for p in $(PLATFORMS); do \
		echo "== go vet $$p"; \
		$(STATIC) GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) vet ./...; \
	done
	$(GO) run $(STATICCHECK) ./...

cross: ## Build the program for every platform: build/OS-ARCH/pipy.
	@set -e; for p in $(PLATFORMS); do \
		echo "== go build $$p"; \
		$(STATIC) GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -ldflags "$(LDFLAGS)" -o build/$${p%/*}-$${p#*/}/pipy ./pipy; \
	done

release: cross ## Pack the programs of all platforms with checksums: build/release.
	@rm -rf build/release && mkdir -p build/release
	@set -e; for p in $(PLATFORMS); do \
		dir=build/$${p%/*}-$${p#*/}; \
		cp README.md docs/pipy.d.ts $$dir/; \
		tar -C $$dir -cf - README.md pipy pipy.d.ts | gzip -n >build/release/pipy-$(VERSION)-$${p%/*}-$${p#*/}.tar.gz; \
	done
	@cd build/release && { sha256sum *.tar.gz 2>/dev/null || shasum -a 256 *.tar.gz; } >SHA256SUMS && cat SHA256SUMS

clean: ## Remove what was built.
	rm -rf build
