# `make run` shows the program; `make test` passes the tests. Both install or start what they need.
.DEFAULT_GOAL := run
.PHONY: run build test short check e2e bench nightly generate lint current race fuzz

GO    ?= go
DATA  ?= .tmp/demo
ADDR  ?= 127.0.0.1:8080
FUZZ  ?= 60s
TOOL  := $(GO) tool -modfile=$(CURDIR)/tools/go.mod
NEEDS := scripts/browser.sh scripts/poppler.sh scripts/postgres.sh
# The race detector goes where goroutines meet: whole through the mechanisms, short through the rest, and not through the
# browser, whose server is another process; the probe, which asks every route as everybody, takes a quarter of an hour there,
# and the test that looks for marked words builds the demonstration, whose races the others see.
# nightly goes whole through everything.
MET    = ./internal/platform/... ./internal/app ./internal/thread
RACED  = $(shell $(GO) list ./internal/... | grep -v -e /e2e -e /archtest -e /internal/platform/ -e /internal/app$$ -e /internal/thread$$)

run: ## a server with firms and providers at work
	@mkdir -p $(DATA)
	$(GO) run ./cmd/countersign demo --data $(DATA) --addr $(ADDR)

build: ## the stripped binary in bin/
	$(GO) build -trimpath -ldflags '-s -w' -o bin/countersign ./cmd/countersign

test: ## everything, on both engines and in a browser
	$(GO) vet ./...
	$(NEEDS) $(GO) test -timeout 20m ./...

short: ## what needs no PostgreSQL and no browser
	$(GO) test -short ./...

check: lint current test race ## what CI runs

e2e: ## the journeys in a browser; COUNTERSIGN_SHOTS=DIR keeps screenshots
	$(NEEDS) $(GO) test -count=1 -v -timeout 20m ./internal/e2e/...

race:
	scripts/postgres.sh $(GO) test -race -timeout 25m -skip '^(TestProbe|TestMarked)$$' $(MET)
	$(GO) test -race -short -timeout 25m $(RACED)

lint:
	$(TOOL) golangci-lint run ./...

generate:
	$(TOOL) templ generate -path .

current: generate ## generated code is what the sources give
	@git diff --exit-code -- '*_templ.go' || { echo 'Generated code is old: run make generate and commit it.' >&2; exit 1; }
	@new=$$(git ls-files --others --exclude-standard -- '*_templ.go'); test -z "$$new" || { echo "Generated code is not committed: $$new" >&2; exit 1; }

bench: ## figures into bench/RESULTS.md
	scripts/bench.sh

nightly: check fuzz bench
	scripts/postgres.sh $(GO) test -race -timeout 60m -run '^(TestProbe|TestMarked)$$' ./internal/app
	scripts/postgres.sh $(GO) test -race -timeout 60m $(RACED)
	COUNTERSIGN_KILLS=40 COUNTERSIGN_HUGE=5120 $(NEEDS) $(GO) test -count=1 -timeout 60m -run 'Killed|Huge' ./internal/e2e

fuzz: ## every fuzz target for FUZZ
	scripts/fuzz.sh $(FUZZ)
