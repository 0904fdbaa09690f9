#!/bin/sh
# Runs the command of the container. The program itself does what pipy
# docker-start promises, see docs/guides/operations.md; what is left to do here
# is to give up the rights of root where a platform insists on starting with
# them. This shell is replaced, so signals reach the program.
set -e

if [ "$(id -u)" = 0 ] && [ "$1" = pipy ]; then
	exec su-exec 1340:0 "$@"
fi
exec "$@"
