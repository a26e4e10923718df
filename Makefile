# Most targets need only Go and git. Go downloads and builds the tools that they use. browser, lint-spec, prism and ci
# need more.

GO       ?= go
FUZZTIME ?= 30s
BENCH    ?= .
BENCHSTAT = $(GO) run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
MUTATE    = $(GO) run github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
RELEASE   = $(GO) run github.com/goreleaser/goreleaser/v2@v2.15.1
NPX       = npx --yes
VULNCHECK = $(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0
npm-version = $(shell sed -n 's|.*"$(1)": "\(.*\)".*|\1|p' .ci/package.json)
MODULES   = . .ci/lint tests/consumer tests/agreement tests/bench tests/browser

# All targets use the same flags, so that they share the build cache.
export GOFLAGS := $(filter-out -trimpath,$(shell $(GO) env GOFLAGS)) -trimpath

# These values come from the user. They are passed to scripts in the environment, so that neither make nor a shell
# expands them.
USER_VALUES = BASE BENCH DOC FUZZTIME MODULE NOTES OPERATIONS
$(foreach name,$(USER_VALUES),$(eval override $(name) := $$(value $(name))))
export $(USER_VALUES)

.DEFAULT_GOAL := help

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Run both operations against an in-memory tenant
	@$(GO) run ./cmd/cortexscan demo

.PHONY: build
build: ## Build bin/cortexscan
	@$(GO) build -buildvcs=auto -o bin/cortexscan ./cmd/cortexscan

.PHONY: install
install: ## Install cortexscan into Go's bin directory
	@$(GO) install -buildvcs=auto ./cmd/cortexscan
	@echo "installed $$($(GO) list -f '{{.Target}}' ./cmd/cortexscan)"

.PHONY: test
test: ## Run the tests that need only Go, the same as go test ./...
	$(GO) test ./...

.PHONY: test-all
test-all: test ## Also run tests/consumer and the tests that start the Go toolchain
	$(GO) test -tags toolchain -timeout 20m $$(grep -rl --include='*_test.go' '^//go:build toolchain$$' internal tests | xargs -n 1 dirname | sort -u | sed 's|^|./|')
	cd tests/consumer && $(GO) test -count=1 ./...

.PHONY: generate
generate: ## Generate gen/ from api/openapi.yaml
	$(GO) generate ./...

.PHONY: check
check: ## Print what generate, tidy and fmt would change, without changing anything
	@sh .ci/check

.PHONY: fmt
fmt: ## Format the Go code
	gofmt -w $$(git ls-files '*.go')

.PHONY: tidy
tidy: ## Tidy go.mod and go.sum in every module
	@sh .ci/tidy

.PHONY: lint
lint: ## Check the Go code, and the spelling and vocabulary of all files
	$(GO) vet -tags toolchain,live,prism ./...
	$(GO) -C .ci/lint build -o ../../bin/lint .
	bin/lint -tags toolchain,live,prism ./...

.PHONY: lint-spec
lint-spec: ## Lint api/openapi.yaml with Redocly CLI and Spectral (needs npx)
	REDOCLY_TELEMETRY=off $(NPX) @redocly/cli@$(call npm-version,@redocly/cli) lint --config api/redocly.yaml api/openapi.yaml
	$(NPX) @stoplight/spectral-cli@$(call npm-version,@stoplight/spectral-cli) lint --ruleset api/spectral.yaml --fail-severity hint api/openapi.yaml

.PHONY: contract-diff
contract-diff: ## Print what changed in the spec since BASE (default: the last release)
	@sh .ci/contract-diff "$$BASE"

.PHONY: vendor-check
vendor-check: ## Try operations of another OpenAPI document without adding them: DOC=file
	@$(GO) run ./internal/tools/contract try "$$DOC" "$$OPERATIONS"

.PHONY: adopt
adopt: ## Add operations of another OpenAPI document: DOC=file OPERATIONS=id,…
	@$(GO) run ./internal/tools/contract adopt "$$DOC" "$$OPERATIONS"

.PHONY: api-diff
api-diff: ## Print what changed in the Go API since BASE (default: the last release)
	@sh .ci/api-diff "$$BASE"

.PHONY: baseline
baseline: ## Store the spec and the Go API as the baseline of contract-diff and api-diff
	@sh .ci/api-diff --store
	@cp api/openapi.yaml .ci/baseline/openapi.yaml
	@sed -n 's/^const Version = "\(.*\)"$$/\1/p' wrapper/*.go >.ci/baseline/version

.PHONY: prism
prism: ## Run the client against Prism, a mock server (needs npx)
	$(NPX) --package @stoplight/prism-cli@$(call npm-version,@stoplight/prism-cli) -- $(GO) test -count=1 -tags prism ./tests/prism

.PHONY: agreement
agreement: ## Compare the validator with two other validators
	cd tests/agreement && $(GO) test ./...

.PHONY: browser
browser: ## Test the sandbox's pages (needs Chromium)
	cd tests/browser && CORTEXSCAN_BROWSER=required $(GO) test -count=1 ./...

.PHONY: live
live: ## Test against a real tenant (read tests/live/live_test.go first)
	$(GO) test -count=1 -v -tags live ./tests/live

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (default 30s)
	@sh .ci/fuzz

.PHONY: cover
cover: ## Fail if the tests of a package that users depend on cover less than 90% of its statements
	@sh .ci/coverage

.PHONY: bench
bench: ## Compare the cost of a call with and without this client: BENCH=pattern (takes three minutes)
	cd tests/bench && $(GO) test -c -o bench.test .
	@cd tests/bench && for pass in 1 2 3 4 5 6 7 8; do \
		echo "pass $$pass of 8" >&2; ./bench.test -test.run '^$$' -test.bench "$$BENCH" -test.benchtime 100ms || exit 1; \
	done >bench.out
	cd tests/bench && $(BENCHSTAT) -col /who bench.out

.PHONY: mutate
mutate: ## Mutate wrapper and check that its tests fail (takes half an hour)
	$(MUTATE) unleash --workers 2 --timeout-coefficient 4 --threshold-efficacy 85 ./wrapper

.PHONY: rename
rename: ## Change the module path: MODULE=github.com/you/name
	@sh .ci/rename "$$MODULE"

.PHONY: snapshot
snapshot: ## Build the archives of a release in dist/ without publishing them
	$(RELEASE) release --snapshot --clean

.PHONY: release
release: ## Create a draft release for the current tag (used by release.yml)
	$(RELEASE) release --clean --release-notes "$$NOTES"

.PHONY: vulnerabilities
vulnerabilities: ## Check every module for known vulnerabilities
	@for module in $(MODULES); do echo "== $$module"; (cd $$module && $(VULNCHECK) ./...) || exit 1; done

.PHONY: ci
ci: ## Run all checks that a change must pass
	bash .ci/run
