#!/bin/sh
# Tells the service manager about the service. It is not enabled: what to run is
# for the operator to say. After an upgrade a running service is restarted; its
# connections have time to end.
set -e

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	systemctl try-restart pipy.service
elif [ -x /sbin/rc-service ] && /sbin/rc-service --quiet pipy status >/dev/null 2>&1; then
	/sbin/rc-service pipy restart
fi
