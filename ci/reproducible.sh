#!/bin/bash
# Builds the program a second time, from a copy of the tree in another folder,
# packs it again, and compares with what `make release` has left in build/. With
# GOCACHE set to an empty folder nothing that was compiled before is used. Called
# by `make ci-reproducible`, which tells VERSION, COMMIT and COMMIT_DATE.
set -euo pipefail
cd "$(dirname "$0")/.."

platform=linux/amd64
first=$PWD/build
copy=$(mktemp -d)
trap 'chmod -R u+w "$copy"; rm -rf "$copy"' EXIT
mkdir -p "$copy/another/place"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' name; do
	[ -e "$name" ] && printf '%s\0' "$name"
done | tar --null --files-from=- --create --file=- | tar --extract --file=- --directory="$copy/another/place"

cd "$copy/another/place"
make --no-print-directory cross PLATFORMS="$platform"
name=${platform/\//-}
cmp "build/$name/pipy" "$first/$name/pipy"
echo "$platform: the same program twice"

go run -C ci/release . -version "$VERSION" -commit "$COMMIT" -date "$COMMIT_DATE" -platforms "$platform" >/dev/null
cd build/release
grep -E "$name\.|amd64\.deb|x86_64\." SHA256SUMS >"$copy/sums"
[ "$(wc -l <"$copy/sums")" = 5 ]
(cd "$first/release" && sha256sum --check "$copy/sums")
