#!/bin/sh
# Makes the user that the service runs as. It stays when the package goes: files
# may belong to it, and its number must not pass to somebody else.
set -e

if command -v groupadd >/dev/null; then
	getent group pipy >/dev/null || groupadd --system pipy
	getent passwd pipy >/dev/null ||
		useradd --system --gid pipy --home-dir /etc/pipy --no-create-home --shell /sbin/nologin --comment Pipy pipy
else # Alpine
	grep -q '^pipy:' /etc/group || addgroup -S pipy
	grep -q '^pipy:' /etc/passwd || adduser -S -D -H -h /etc/pipy -s /sbin/nologin -G pipy -g Pipy pipy
fi
