# Dart.Lake: what one types. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CONFIGURATION ?= Release
OUTPUT := bin/$(CONFIGURATION)/net10.0
DARTLAKE := orchestration/host/$(OUTPUT)/dartlake
STAMPS := artifacts/stamps
# Says that a run had nothing to set up; a restore leaves the mark that keeps it quiet.
FRESH := $(STAMPS)/.fresh
SAY_SETUP = if [ -e $(FRESH) ]; then rm -f $(FRESH); else echo 'set-up: nothing to do'; fi
# Flags of the demo, for example: make demo ARGS="--trades 20000 --seed 7"
ARGS ?=

export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_SKIP_FIRST_TIME_EXPERIENCE := 1
export DARTLAKE_SHARED

PROJECT_FILES := $(shell find . -name '*.csproj' -not -path './artifacts/*') ReadyToRun.targets Directory.Packages.props Directory.Build.props global.json
LOCK_FILES := $(shell find . -name packages.lock.json -not -path './artifacts/*')
PRODUCT_FOLDERS := schemas lakehouse jobs dbt-like-sql orchestration
sources = $(shell find $(1) -type f -not -path '*/bin/*' -not -path '*/obj/*' 2>/dev/null | sed 's/ /\\ /g')
HOUSE := ReadyToRun.targets Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig global.json

.PHONY: help deps build demo sql test test-full test-stack bench format check house clean

help: ## What one can type
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

deps: ## Install what tests need beyond the SDK (apt; only what is missing)
	@tests/deps.sh

build: $(STAMPS)/built ## Build the whole solution, warnings are errors

demo: $(STAMPS)/host ## One trading day through every layer, with the marts and the reconciliation at its end
	@$(SAY_SETUP)
	@$(DARTLAKE) demo $(ARGS)

sql: $(STAMPS)/host ## A query: make sql Q="select * from gold.firm_summary" [ARGS="--engine trino"]; without Q the tables
	@if [ -n "$$Q" ]; then $(DARTLAKE) sql "$$Q" --data-dir data/sim $(ARGS); else $(DARTLAKE) table ls --data-dir data/sim; fi

test: $(STAMPS)/built ## Every test; ends with one line: N passed, N failed, N skipped
	@$(SAY_SETUP)
	@CONFIGURATION=$(CONFIGURATION) tests/run.sh

test-full: $(STAMPS)/built ## The same with days of full size
	@DARTLAKE_TEST_SIZE=full CONFIGURATION=$(CONFIGURATION) tests/run.sh

test-stack: $(STAMPS)/built ## What needs Postgres, S3, a registry or a server of ours, at full size: many writers, rounds of kills
	@TEST_CLASSES='*Postgres* *Bucket* *ManyWriters* *S3Object* *SharedLakes* *Serving.Tests* *Registry* *Remote* *ReferenceCatalog* *TrinoStatistics* *TrinoConformance* *TrinoSql* *SparkConformance* *SparkSql* *Target*Tests' TEST_EXPLICIT=on DARTLAKE_TEST_SIZE=full CONFIGURATION=$(CONFIGURATION) tests/run.sh Jobs Lakehouse Serving Host

bench: $(STAMPS)/built ## Cost of a message from broker to committed table, beside a plain Python loop
	@CONFIGURATION=$(CONFIGURATION) bench/run.sh $(ARGS)

format: $(STAMPS)/restored ## Lay out the sources as .editorconfig says
	@dotnet format whitespace --no-restore Dart.Lake.sln

check: $(STAMPS)/built ## Layout of the sources, a build without a warning, and the rules of the house
	@dotnet format whitespace --no-restore --verify-no-changes Dart.Lake.sln
	@CONFIGURATION=$(CONFIGURATION) tests/run.sh House

house: $(STAMPS)/built ## The rooms of the house: what each is for, who uses whom
	@tests/House/$(OUTPUT)/Dart.Lake.House.Tests -noLogo -noColor -method '*The_page_of_the_house_names_every_room' >/dev/null
	@cat artifacts/house.txt

clean: ## Remove what was built (data folders stay)
	@find . -type d \( -name bin -o -name obj \) -not -path './.git/*' -prune -exec rm -rf {} +
	@rm -rf artifacts

# A restore runs only when a project or a lock file changed; a build only when a source did.
$(STAMPS)/restored: $(PROJECT_FILES) $(LOCK_FILES)
	@echo 'set-up: restoring packages'
	@dotnet restore Dart.Lake.sln --locked-mode -v q
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/host-restored $(FRESH)

$(STAMPS)/host-restored: $(filter-out ./tests/% ./bench/%,$(PROJECT_FILES) $(LOCK_FILES))
	@echo 'set-up: restoring packages'
	@dotnet restore orchestration/host/Dart.Lake.Host.csproj --locked-mode -v q
	@mkdir -p $(STAMPS) && touch $@ $(FRESH)

$(STAMPS)/built: $(STAMPS)/restored $(call sources,$(PRODUCT_FOLDERS) tests bench) $(HOUSE)
	@echo 'building'
	@dotnet build Dart.Lake.sln -c $(CONFIGURATION) --no-restore -v q --tl:off -clp:NoSummary
	@touch $@ $(STAMPS)/host

$(STAMPS)/host: $(STAMPS)/host-restored $(call sources,$(PRODUCT_FOLDERS)) $(HOUSE)
	@echo 'building'
	@dotnet build orchestration/host/Dart.Lake.Host.csproj -c $(CONFIGURATION) --no-restore -v q --tl:off -clp:NoSummary
	@touch $@
