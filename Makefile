# Every target makes what it needs; nothing has to be done before.
.DEFAULT_GOAL := help
SHELL := bash
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
RUST_SOURCES := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock
PYTHON_SOURCES := $(shell find python -name '*.py' -o -name '*.pyi' -o -name py.typed)
LINTED := python tests benches examples docs/conf.py docs/reference.py tools/check-site

.PHONY: help demo lessons setup hooks quick test test-rust test-python test-neon test-oldcpu test-aarch64 test-valgrind test-memory test-extremes test-files test-keras torture stress lint lint-workflows audit licences bench bench-phases bench-peers bench-sklearn bench-additions bench-dead bench-precision bench-scale wheel sdist docs docs-rust check-site clean

help: ## what there is
	@sed -n 's|^\([a-z0-9-]*\):.*## |\1\t|p' Makefile | expand -t 17

demo: .venv/.package ## train on handwritten digits; pictures in demo/
	$(PY) examples/demo.py

setup: .venv/.dev ## all that development needs, in .venv

hooks: .venv/.dev ## checks before each commit: ruff and rustfmt
	$(PIP) install pre-commit
	.venv/bin/pre-commit install

# For one instruction set and optimised less than the package, so that an edit is compiled in seconds.
quick: ISA ?= $(if $(filter aarch64 arm64,$(shell uname -m)),neon,avx2)
quick: ## edits built in place, then tests; ARGS='tests/test_ops.py -k product' ISA=scalar
	test -e .venv/.dev || $(MAKE) setup
	DLCORE_ONLY_ISA=$(ISA) cargo build --quiet --profile quick -p dlcore-python
	cp $${CARGO_TARGET_DIR:-target}/quick/lib_core.so python/dlcore/_core.abi3.so
	PYTHONPATH=python $(PY) -m pytest --quiet $(ARGS)

lessons: .venv/.dev ## run the nine lessons; their pictures are in lessons/index.html
	$(PY) tools/lessons.py

test: test-rust test-python ## all tests

test-rust: ## tests of the Rust crates (all but the binding, which only Python can load)
	cargo test --quiet --workspace --exclude dlcore-python

test-python: .venv/.dev ## tests of the Python package
	$(PY) -m pytest

test-neon: ## tests of the Rust crates on an emulated ARM machine
	tools/test-neon

test-oldcpu: ## tests of the Rust crates on emulated older x86-64 machines
	tools/test-oldcpu

test-aarch64: .venv/.package .tools/python/bin/maturin ## the wheel for ARM, made, imported and trained with there, emulated
	tools/test-aarch64 $(PY) .tools/python/bin/maturin

test-files: .venv/.dev ## killed writes and mutated files, a million of them; 10 minutes
	$(PY) tests/atomic_files.py
	$(PY) tests/mutated_files.py
	cargo test --quiet --release -p dlcore-core mutated_a_million_times -- --ignored --nocapture

test-valgrind: ## tests of the Rust crates under Valgrind, on AVX2 and scalar code; half an hour with the build
	tools/test-valgrind

test-memory: .venv/.dev ## 10,000 fits and predictions, and 1,200 limits of memory; 10 minutes
	DLCORE_TEST_ROUNDS=10000 DLCORE_TEST_LIMITS=200 DLCORE_TEST_APART=4096 $(PY) -m pytest tests/test_memory.py --timeout 3600

test-extremes: .venv/.dev ## dead nets for 100,000 epochs, with every optimizer; 6 minutes
	DLCORE_TEST_EPOCHS=100000 $(PY) -m pytest tests/test_extremes.py -k state_of_a_dead_net --timeout 3600

# Each case trains in float32 and in float64, in two processes; ARGS='--only NAME' is of compare.py.
test-keras: .venv-peers/.package ## the same nets and scripts under Keras and dlcore; 8 minutes
	cd tests && ../.venv-peers/bin/python -m keras_peer.compare $(ARGS)
	cd tests && ../.venv-peers/bin/python -m keras_peer.scripts

# ARGS are of tests/stress.py.
stress: .venv/.dev ## 2,000 forks, and Ctrl-C at 200 moments of each kind of work, with figures; 10 minutes
	$(PY) tests/stress.py $(ARGS)

torture: .venv/.dev ## bad input: 100,000 cases of every public function and the compiled module's; 10 minutes
	cd tests && ../$(PY) -m torture $(ARGS)

lint: .venv/.dev ## format, lints, types, and whether the stub matches the compiled module
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	$(PY) -m ruff check $(LINTED)
	$(PY) -m ruff format --check $(LINTED)
	$(PY) -m mypy
	$(PY) -m mypy.stubtest dlcore._core

lint-workflows: .tools/python/bin/zizmor .tools/python/bin/check-jsonschema ## the workflows of GitHub: form, and what is risky
	.tools/python/bin/zizmor --offline --quiet .github
	.tools/python/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml

audit: .venv/.dev .tools/bin/cargo-deny .tools/python/bin/pip-audit ## known vulnerabilities, licences and origins of all dependencies
	.tools/bin/cargo-deny --locked check
	.tools/python/bin/pip-audit --progress-spinner off --path $$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

# After a change of Cargo.lock. From the crates' own files, asking no service.
licences: .tools/bin/cargo-about ## THIRD-PARTY.txt anew: the licences of the crates that are compiled in
	.tools/bin/cargo-about generate --locked --fail --config tools/licences.toml \
	    --manifest-path rust/python/Cargo.toml --output-file THIRD-PARTY.txt tools/licences.hbs

# The two variables hold NumPy's kernels back on some machines: a comparison must not profit from that.
bench: .venv/.dev ## timings against NumPy and scikit-learn, and the table of ratios
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(PY) -m pytest benches --benchmark-enable
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(PY) benches/ratios.py

bench-phases: ## where the time of a training step goes; ARGS='--threads 1 784-128-10'
	cargo bench --quiet -p dlcore-core --bench phases -- $(ARGS)

# ARGS are of benches/peers/run.py and benches/scale.py; if they are given, docs/ stays as it is.
bench-peers: ARGS ?= --docs ../docs
bench-peers: .venv-peers/.package ## dlcore beside JAX, Keras, ONNX Runtime and others, into docs/; 15 minutes
	cargo build --quiet --release --bench peak -p dlcore-kernels
	cd benches && env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE ../.venv-peers/bin/python -m peers.run $(ARGS)

bench-sklearn: .venv/.dev ## whole fits of the estimators beside scikit-learn's
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(PY) benches/sklearn_fits.py $(ARGS)

bench-additions: .venv/.dev ## what normalizations, schedules, running means and generators cost
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(PY) benches/additions.py $(ARGS)

bench-dead: .venv/.dev ## steps of a net of dead units against a live one
	$(PY) benches/dead_net.py $(ARGS)

bench-precision: .venv-peers/.package ## float32 against float64 after ten epochs, beside JAX
	cd benches && ../.venv-peers/bin/python precision.py

bench-scale: ARGS ?= --docs docs
bench-scale: .venv/.dev ## threads, rows, memory and start-up, into docs/
	$(PY) benches/scale.py $(ARGS)

# As it is released: maturin takes this option from the command line alone.
wheel: export MATURIN_PEP517_ARGS := --compression-level 9
wheel: .venv/.venv ## the wheel, in dist/; at most 2 MB
	rm -rf dist
	$(PIP) wheel --no-deps --wheel-dir dist .
	@stat --format '%n: %s bytes' dist/*.whl
	@test "$$(stat --format %s dist/*.whl)" -le 2000000

sdist: .tools/python/bin/maturin ## the source distribution, in dist/, and a wheel made of it without network and tried
	tools/test-sdist .tools/python/bin/maturin

docs: .venv/.docs ## the site, in docs/_build/html; it runs the lessons
	$(PY) -m sphinx --quiet -W --keep-going docs docs/_build/html

docs-rust: ## the documentation of the Rust crates, in target/doc
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --workspace

check-site: docs ## the site in a headless browser, on a phone and a desktop; ARGS='--pictures FOLDER'
	$(PY) tools/check-site $(ARGS)

clean: ## remove all that was made
	rm -rf .venv .venv-peers .tools target dist demo lessons docs/_build docs/api docs/lessons .benchmarks .pytest_cache .mypy_cache .ruff_cache

.venv/.venv:
	$(PYTHON) -m venv .venv
	@touch $@

# Tools that only a target needs: neither in the environment of the package, nor on the machine.
.tools/bin/%:
	cargo install --quiet --locked --root .tools $*

.tools/bin/cargo-about: # a program only if asked
	cargo install --quiet --locked --root .tools --features cli cargo-about

.tools/python/bin/%:
	test -d .tools/python || $(PYTHON) -m venv .tools/python
	.tools/python/bin/python -m pip --disable-pip-version-check --quiet install $*

# pip builds in place, so cargo's folder is reused from one build to the next.
.venv/.package: .venv/.venv pyproject.toml README.md THIRD-PARTY.txt $(RUST_SOURCES) $(PYTHON_SOURCES)
	$(PIP) install '.[demo]'
	@touch $@

# The peers are large: they stay out of the environment that everything else uses.
.venv-peers/.package: benches/peers/requirements.txt pyproject.toml README.md $(RUST_SOURCES) $(PYTHON_SOURCES)
	test -d .venv-peers || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check --quiet install -r benches/peers/requirements.txt .
	@touch $@

# The package is installed already: this adds what its extra asks for.
.venv/.dev: .venv/.package
	$(PIP) install 'dlcore[dev]'
	@touch $@

.venv/.docs: .venv/.dev
	$(PIP) install 'dlcore[docs]'
	@touch $@
