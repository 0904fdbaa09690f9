#!/bin/bash
# Every check that a change has to pass: the same commands as make, one after
# the other, with the time that each took. It goes on after a failure, and ends
# with one if there was any.
set -euo pipefail
cd "$(dirname "$0")/.."

export GORACE=atexit_sleep_ms=0
failed=()

step() { # step NAME COMMAND...
	local name=$1 start=$SECONDS
	shift
	echo "=== $name"
	if "$@"; then
		echo "=== $name: passed in $((SECONDS - start)) s"
	else
		echo "=== $name: FAILED after $((SECONDS - start)) s"
		failed+=("$name")
	fi
}

# again gives a command a second chance: of thousands of tests that wait for
# processes and browsers, one may not get its turn on a busy machine. Tests that
# have passed come from the cache then.
again() { # again COMMAND...
	"$@" || {
		echo "=== failed, once more: $*"
		"$@"
	}
}

# installed makes sure of a command, with a package that may have another name.
installed() { # installed COMMAND [PACKAGE]
	command -v "$1" >/dev/null && return
	echo "installing ${2:-$1}"
	local sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends "${2:-$1}" >/dev/null
}

tools() {
	command -v go >/dev/null || { echo "want Go, see go.mod for the version"; return 1; }
	installed git
	installed make
	installed curl
	installed gcc       # the race detector
	[ -e /usr/include/stdlib.h ] || installed libc6-dev libc6-dev
	installed shellcheck
	installed rpm       # packages are installed below scratch roots
	installed busybox busybox-static
	installed chromium & # takes a while, and has time until the browser tests
	go version
	go mod download
	go mod verify
}

# The type declarations are compiled where that costs nothing to set up.
types() {
	if ! command -v tsc >/dev/null; then
		echo "left out: tsc is not installed"
		return
	fi
	tsc --noEmit --strict --lib es2022 docs/pipy.d.ts
}

# Here only what differs is vetted for the other platforms, which are all built
# below; the pipelines of ci/github have a machine for each. Neither the READMEs nor
# the scripts about single filters tell more about races.
step tools tools
step lint make lint PLATFORMS="freebsd/amd64 darwin/arm64" VETTED="./pipy/loop ./pipy/transport"
step scripts shellcheck .ci/run ci/*.sh ci/image/*.sh ci/package/*.sh ci/package/pipy.rc
step test again make test
CONFORMANCE_TAGS=abuse,admin,reload step race make race RACEFLAGS='-skip READMEs'
step fuzz make fuzz FUZZTIME=10000x
step types types
wait # for the browser
step browser again make browser SCREENSHOTS="$PWD/build/screenshots"
step docs go test -C docs/site -count=1 ./...
step release make release-test
step reproducible make ci-reproducible

if [ ${#failed[@]} -gt 0 ]; then
	echo "=== failed: ${failed[*]}"
	exit 1
fi
echo "=== all passed in $SECONDS s"
