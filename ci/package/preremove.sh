#!/bin/sh
# Stops the service, unless the package goes to make room for a newer one. The
# argument is 0 (rpm) or remove (deb) when it goes for good; apk gives a version.
set -e

case "$1" in
1 | upgrade | failed-upgrade) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl disable --now pipy.service || :
elif [ -x /sbin/rc-service ]; then
	/sbin/rc-service --quiet --ifstarted pipy stop || :
	/sbin/rc-update --quiet delete pipy || :
fi
