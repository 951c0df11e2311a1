# 使い方: make run（試す） / make test（試験） / make check（すべての検査） / make stop（止める）
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := run
.PHONY: run stop venv lock fonts browser test-fast test gate check format tidy verify-audit audit-tampers races faketime bench mutants crawl

PORT ?= 8000
BIN := .venv/bin
LINTED := manage.py nisshin_support agencies cases meetings outreach tests
TYPED := nisshin_support $(wildcard cases/visibility cases/visibility.py cases/audit*.py)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
PID_FILE := .venv/gunicorn.pid

# --- 試す -----------------------------------------------------------------------------------------

# HTTPS and the second factor are off here only: this server listens on this machine's loopback alone.
run: export NISSHIN_HTTPS ?= off
run: export NISSHIN_SECOND_FACTOR ?= off
run: .venv/installed .env fonts
	@$(BIN)/python -m nisshin_support.database start
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py grant_web --verbosity 0
	@$(BIN)/python manage.py load_roster
	@$(BIN)/python manage.py demo_world
	@$(BIN)/python manage.py seal_audit --verbosity 0 || true
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@echo "http://127.0.0.1:$(PORT)/ を開いてください（止めるには Ctrl-C）"
	@trap '$(BIN)/python -m nisshin_support.database stop' EXIT; trap ':' INT; \
	$(BIN)/gunicorn nisshin_support.wsgi --workers 2 --bind 127.0.0.1:$(PORT) --pid $(PID_FILE) --log-level warning

stop:
	@if [ -s $(PID_FILE) ]; then kill "$$(cat $(PID_FILE))" 2>/dev/null || true; rm -f $(PID_FILE); fi
	@if [ -d .venv ]; then for kind in run test; do $(BIN)/python -m nisshin_support.database stop $$kind; done; fi

# The key must not be readable by others, not even for a moment: umask before the file exists.
.env: | .venv/created
	@umask 077; $(BIN)/python -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(64))' > .env.new; mv .env.new .env

# --- 用意する -------------------------------------------------------------------------------------

venv: .venv/installed-dev .env

# Each missing prerequisite: one line with the command that mends it.
.venv/created:
	@for found in "$${PYTHON:-python3}" python3.13 python3.12 python3.11 none; do \
	  if [ $$found = none ]; then echo 'Python 3.11 以上が要ります: sudo apt-get install python3 python3-venv'; exit 1; fi; \
	  if "$$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
	done; \
	"$$found" -c 'import ensurepip, venv' 2>/dev/null || { echo 'venv が要ります: sudo apt-get install python3-venv'; exit 1; }; \
	"$$found" -m venv .venv && touch $@

.venv/installed: requirements.txt | .venv/created
	@echo '部品を入れています（初回だけ、1分ほど）…'
	@$(PIP_INSTALL) -r requirements.txt && touch $@

.venv/installed-dev: requirements-dev.txt | .venv/created
	@echo '開発用の部品を入れています（初回だけ、1分ほど）…'
	@$(PIP_INSTALL) -r requirements-dev.txt && touch $@ .venv/installed

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock: | .venv/created
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) pyproject.toml --output-file requirements.txt
	@$(COMPILE) pyproject.toml --extra dev --constraints requirements.txt --output-file requirements-dev.txt

# The documents' fonts: installed where that may be done, otherwise one line, and the pages work without them.
FONT_PACKAGES := fonts-morisawa-bizud-gothic fonts-noto-cjk
# No `grep -q`: it leaves early, and under pipefail fc-list's broken pipe would count as "no font".
HAS_FONTS := command -v fc-list >/dev/null && fc-list | grep BIZUD >/dev/null && fc-list | grep NotoSansCJK >/dev/null
fonts:
	@if ! { $(HAS_FONTS); }; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -qqy fontconfig $(FONT_PACKAGES) >/dev/null; then :; \
	  else echo '書類の文字が欠けることがあります: sudo apt-get install fontconfig $(FONT_PACKAGES)'; fi; fi

# --- 確かめる -------------------------------------------------------------------------------------

browser:
	@if ! { command -v chromium >/dev/null && $(HAS_FONTS); }; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy chromium fontconfig $(FONT_PACKAGES) >/dev/null; \
	  else echo '画面の試験に要ります: sudo apt-get install chromium fontconfig $(FONT_PACKAGES)'; exit 1; fi; fi

test-fast: venv
	@$(BIN)/pytest --reuse-db --quiet -m 'not browser and not pages and not proof' $(ARGS)

# 二つの工程で、ファイルごとに分けて回す（印をたどる試験 make crawl は、まだ別の命令）
test: venv browser
	@$(BIN)/pytest --quiet --numprocesses 2 --dist loadfile -m 'not proof' $(ARGS)

# 見える・見えないの門を、契約から別に書いた答えと突き合わせる（GATE_WORLDS=世界の数、GATE_SEED=始める世界、GATE_ONLY=やり直す一つの問い）
gate: export GATE_WORLDS ?= 80
gate: export GATE_DECISIVE ?= $(if $(filter 80,$(GATE_WORLDS)),1000,0)
gate: export WALL_CONTEXTS ?= 10000
gate: export GATE_LINE := .venv/gate-line
gate: export WALL_LINE := .venv/wall-line
gate: venv
	@rm -f $(GATE_LINE) $(WALL_LINE); status=0; \
	$(BIN)/pytest --reuse-db --quiet tests/test_gate_against_oracle.py $(if $(GATE_ONLY),,tests/test_wall_lets_through.py) || status=$$?; \
	cat $(WALL_LINE) $(GATE_LINE) 2>/dev/null || true; exit $$status

# 監査記録が変えられていないことを、封印と控えで確かめる（HEADS=控えのファイル）
verify-audit: .venv/installed .env
	@$(BIN)/python -m nisshin_support.database start; status=0; \
	$(BIN)/python manage.py verify_audit $(if $(HEADS),--head $(HEADS)) || status=$$?; \
	[ -s $(PID_FILE) ] || $(BIN)/python -m nisshin_support.database stop; exit $$status

# 封印した監査記録を、管理者の権限で千とおりに変えてみる。すべて見つかること（AUDIT_TAMPERS=回数、AUDIT_SEED=やり直す種）
audit-tampers: export AUDIT_TAMPERS ?= 1000
audit-tampers: export AUDIT_LINE := .venv/audit-line
audit-tampers: venv
	@rm -f $(AUDIT_LINE); status=0; $(BIN)/pytest --reuse-db --quiet tests/test_audit_seals.py || status=$$?; \
	cat $(AUDIT_LINE); exit $$status

# 門のきまりを一か所ずつ変えた写しが、どれも試験に見つかること
mutants: export MUTANTS := all
mutants: export MUTANTS_LINE := .venv/mutants-line
mutants: venv
	@rm -f $(MUTANTS_LINE); status=0; $(BIN)/pytest --reuse-db --quiet tests/test_mutants.py || status=$$?; \
	cat $(MUTANTS_LINE); exit $$status

# どの画面・どの利用者・どの状態でも、見てはならない印が一つも出ないこと。ふたごの世界に同じ答えを返すこと
crawl: export CRAWL_FULL := yes
crawl: export CRAWL_LINE := .venv/crawl-line
crawl: venv
	@rm -f $(CRAWL_LINE); status=0; $(BIN)/pytest --reuse-db --quiet -m proof tests/test_crawl.py || status=$$?; \
	cat $(CRAWL_LINE); exit $$status

# 取り消した・外したと答えた後に始まった表示に、閉じたはずの行が出ないこと。時計が5分ずれたデータベースでも(RACES_VIEWS=表示の数)
races: venv faketime
	@$(BIN)/python -m tests.races

faketime:
	@if ! command -v faketime >/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy faketime >/dev/null; \
	  else echo '時計をずらす試験に要ります: sudo apt-get install faketime'; exit 1; fi; fi

# 百万行の架空の市で、画面の速さを測る（床: 同じ大きさの素の画面、sql: 手書きの SQL との比。BENCH_RUNS=回数）
bench: venv
	@$(BIN)/python -m tests.bench $${BENCH_RUNS:-20}

tidy: venv
	$(BIN)/ruff format --check $(LINTED)
	$(BIN)/ruff check $(LINTED)
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/mypy $(TYPED)
	$(BIN)/python -m nisshin_support.database start test
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	NISSHIN_HTTPS=on $(BIN)/python manage.py check --deploy --fail-level WARNING

check: tidy test

format: venv
	$(BIN)/ruff check --fix $(LINTED)
	$(BIN)/ruff format $(LINTED)
