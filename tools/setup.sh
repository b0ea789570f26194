#!/bin/sh
# Makes .venv from requirements.lock, with uv where there is one, else with venv and pip, and builds the embedding model.
# Does nothing when that is done already. REELWRIGHT_PYTHON chooses the interpreter (3.11 or newer).
set -eu
cd "$(dirname "$0")/.."
venv=.venv
stamp=$venv/reelwright-setup # "checksum seconds ended-at", read by services/launcher/stopwatch.py
log=$(mktemp)
ticker=
trap 'rm -f "$log"; [ -z "$ticker" ] || kill "$ticker" 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM

say() {
  printf '%s\n' "$*" >&2
}

fail() {
  say "$@"
  exit 1
}

# step "What is done" command…: quiet, with the seconds counted on a terminal; its output is shown only when it fails.
step() {
  what=$1
  shift
  if [ -t 2 ]; then
    (n=0; while :; do printf '\r%s … %d s ' "$what" "$n" >&2; n=$((n + 1)); sleep 1; done) &
    ticker=$!
  else
    say "$what …"
  fi
  status=0
  "$@" >"$log" 2>&1 || status=$?
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null || :
    ticker=
    printf '\n' >&2
  fi
  if [ "$status" -ne 0 ]; then
    tail -n 40 "$log" >&2
    fail "$what: failed, see above."
  fi
}

usable() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
  if [ -n "${REELWRIGHT_PYTHON:-}" ]; then
    usable "$REELWRIGHT_PYTHON" || fail "REELWRIGHT_PYTHON=$REELWRIGHT_PYTHON is not a Python 3.11 or newer that runs here."
    echo "$REELWRIGHT_PYTHON"
    return
  fi
  for candidate in python3.13 python3.12 python3.11 python3; do
    if usable "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  fail "Python 3.11 or newer is needed; found: $(python3 --version 2>&1 || :)." \
    "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name it: REELWRIGHT_PYTHON=/path/to/python make setup"
}

has_uv() {
  uv --version >/dev/null 2>&1
}

# Debian splits venv's pip into a package of its own; the system's pip can stand in for it.
has_module() {
  "$python" -c "import $1" >/dev/null 2>&1
}

make_venv() {
  rm -rf "$venv"
  if has_uv; then
    uv venv --quiet --python "$python" "$venv"
  elif has_module ensurepip; then
    "$python" -m venv "$venv"
  else
    "$python" -m venv --without-pip "$venv"
  fi
}

install() {
  if has_uv; then
    uv pip sync --quiet --require-hashes --python "$venv/bin/python" requirements.lock
  elif "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$venv/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes -r requirements.lock
  else
    "$python" -m pip --disable-pip-version-check --python "$venv/bin/python" install --quiet --no-deps --require-hashes -r requirements.lock
  fi
}

inputs=$(cat requirements.lock shared/embeddings/*.py tools/setup.sh | cksum | tr ' ' '-')
if [ "$(cut -d ' ' -f 1 "$stamp" 2>/dev/null)" = "$inputs" ] && usable "$venv/bin/python"; then
  exit 0
fi

began=$(date +%s)
python=$(find_python)
if [ -n "${REELWRIGHT_PYTHON:-}" ] || ! usable "$venv/bin/python"; then
  if ! has_uv && { ! has_module venv || { ! has_module ensurepip && ! has_module pip; }; }; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    fail "$python cannot make virtual environments: its venv or ensurepip module is missing." \
      "Install it (Debian, Ubuntu: apt-get install $package), or install uv."
  fi
  step "Making $venv with $("$python" --version)" make_venv
fi
step "Installing $(grep -c '^[a-z0-9]' requirements.lock) packages with $(has_uv && echo uv || echo pip)" install
step "Building the embedding model" "$venv/bin/python" -m shared.embeddings.build
ended=$(date +%s)
echo "$inputs $((ended - began)) $ended" >"$stamp"
say "Set up in $((ended - began)) s."
