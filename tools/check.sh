#!/usr/bin/env bash
# Checks that imports point downward and public functions say their types, and prose says what the tables say; then
# writes everything that comes from the notebooks once more, in a copy of the tree, and fails on any difference.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python tools/floors.py
python tools/annotations.py
python tools/audit.py

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

tar -c --exclude=./.git --exclude=./.venv --exclude=./_docs --exclude=./_proc --exclude=./runs . | tar -x -C "$copy"
cd "$copy"
git init -q
git add -A
git -c user.name=check -c user.email=check@localhost commit -qm before
find temporal_abstraction -name '*.py' ! -name __init__.py -delete
nbdev_export
nbdev_clean
python tools/sidebar.py
python tools/readme.py
git add -A
git diff --cached --exit-code || { echo "Notebooks and generated files differ: run 'make export' and commit." >&2; exit 1; }
echo "Notebooks, modules, sidebar and README agree."
