#!/bin/sh
# soak.sh [runs] [log]: plays all scripts again and again, as long as none fails,
# and says how long each run took. The program and the suite are built once.
set -eu
runs=${1:-20}
cd "$(dirname "$0")"
log=${2:-../build/conformance-$runs.log}
case $log in
/* | ../*) ;;
*) log=../$log ;; # from the root of the tree
esac
mkdir -p "$(dirname "$log")"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
go build -o "$dir/pipy" ../pipy
go test -c -o "$dir/suite" .
: >"$log"
run=1
while [ "$run" -le "$runs" ]; do
	start=$(date +%s)
	status=0
	PIPY_BIN=$dir/pipy PIPY_IMPL=ours CONFORMANCE_RETRIES=0 "$dir/suite" -test.run '^TestScripts$' -test.timeout 10m >"$dir/out" 2>&1 || status=$?
	echo "run $run: status $status, $(($(date +%s) - start)) s, $(grep '^total' "$dir/out" || echo 'no table')" | tee -a "$log"
	if [ "$status" -ne 0 ]; then
		cat "$dir/out" >>"$log"
		exit 1
	fi
	run=$((run + 1))
done
echo "$runs runs in a row passed" | tee -a "$log"
