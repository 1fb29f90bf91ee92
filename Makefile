# run · test · test-full · check · faults · interop · bench · bench-media · coverage-of-requirements · lock · clean. Everything happens inside .venv, built from the lock files.

SHELL := /bin/sh
.DEFAULT_GOAL := run
PYTHON_FOUND = $(shell sh scripts/find-python.sh)
BOOTSTRAP = $(or $(PYTHON_FOUND),false) -m scripts.bootstrap

FAULTS = tests/faults tests/plugins/payments_stripe/test_event_orders.py tests/plugins/payments_stripe/test_webhook_chaos.py tests/plugins/shop/model

.PHONY: run test test-full check faults interop bench bench-media coverage-of-requirements lock clean

run: ## build what is missing, start PostgreSQL, fill the demo, serve on PORT (8000)
	@exec $(BOOTSTRAP) nakamise run

test: ## every test: unit, real PostgreSQL, browser
	@exec $(BOOTSTRAP) --dev python -m scripts.test $(ARGS)

test-full: ## the same, and every page in every look
	@NAKAMISE_FULL=1 exec $(BOOTSTRAP) --dev python -m scripts.test $(ARGS)

check: ## style, types, import rules, lock files
	@exec $(BOOTSTRAP) --dev python -m scripts.check

faults: ## crashes, lost answers, crowds, models and clocks at full size; hours: tests/faults/README.md
	@NAKAMISE_FAULTS=1 exec $(BOOTSTRAP) --dev python -m pytest $(FAULTS) --timeout 7200 $(ARGS)

interop: ## live media with other people's clients, and the long runs
	@exec $(BOOTSTRAP) --dev python -m scripts.interop $(ARGS)

bench: ## measure against the goals, as ratios
	@exec $(BOOTSTRAP) --dev python -m bench $(ARGS)

bench-media: ## the same for live media, and against other media servers
	@exec $(BOOTSTRAP) --dev python -m bench --media $(ARGS)

coverage-of-requirements: ## which tests prove which requirement
	@exec $(BOOTSTRAP) --dev python -m scripts.requirements

lock: ## resolve the dependencies anew
	@exec $(BOOTSTRAP) --dev python -m scripts.lock

clean: ## remove everything that was built; the data folder stays
	rm -rf .venv node_modules core/nakamise/ui/static/vendor dist build .mypy_cache .ruff_cache .pytest_cache
