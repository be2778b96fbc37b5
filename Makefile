# Everything a person wants to do here, in one word each. The work itself is
# done by the scripts in .ci and deploy, which can also be called directly.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup build run check test chaos siege fuzz bench bench-growth lighthouse dev cluster fmt clean

help: ## Say what can be done here
	@echo "Hubbub: live chat rooms and quizzes. What would you like to do?"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

run: ## Install what is missing, build, and open for chat on http://127.0.0.1:3000
	@.ci/serve

check: ## Check the quick way: formatting, lints, unit tests and the embedded store
	@.ci/check

test: ## Install what is missing and check everything, in real browsers too
	@.ci/test

chaos: ## Break everything around it for a quarter of an hour, and see that nothing is lost
	@.ci/setup test
	@.ci/build
	@.ci/chaos

siege: ## Let strangers attack it for some minutes, and see what holds
	@.ci/setup test
	@.ci/build
	@.ci/siege --publish

fuzz: ## Feed what reads the bytes of strangers with made-up ones, and keep what breaks it
	@.ci/setup fuzz
	@.ci/fuzz

lighthouse: ## Let Lighthouse judge every kind of page, on a phone and on a desktop
	@.ci/setup lighthouse
	@.ci/build
	@.ci/lighthouse

bench: ## Measure it beside other servers for three quarters of an hour, and write down what came out
	@.ci/setup test
	@.ci/build
	@.ci/bench --publish

bench-growth: ## Measure for a quarter of an hour what it costs as there is more of everything, and draw it
	@.ci/setup test
	@.ci/build
	@.ci/bench --growth --publish

dev: ## Work on it: rebuild and reload the page at every change
	@.ci/setup build
	@.ci/styles
	@trap 'kill $$!' EXIT; .ci/styles --watch & source .ci/env && cargo leptos watch --split

cluster: ## Try three nodes with Redis and PostgreSQL behind a load balancer, on http://127.0.0.1:8080
	@deploy/cluster

build: ## Build the release only (into target/)
	@.ci/setup build
	@.ci/build

setup: ## Install what building and testing need, and nothing else
	@.ci/setup test

fmt: ## Put the source code into its usual form
	@source .ci/env && cargo fmt --all

clean: ## Throw away what was built (your data in ./data stays)
	@rm -rf target public/styles bench/peers/node/node_modules end2end/test-results end2end/playwright-report
