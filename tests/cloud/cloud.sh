#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The long part of the suite cloud: brokers of Debian 13 in a root of their own. Sourced; uses tests/lib/roots.sh.

CLOUD_CACHE=${UROK_CLOUD_CACHE:-/var/tmp/urok-cloud}
CLOUD_BROKERS=(mosquitto nats-server rabbitmq-server)

cloud_finish() { # PACKAGE... ROOT
	local root=${*: -1}
	root_hand_in trixie "$root" || return 1
	# Nothing is started by being installed.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod 755 "$root/usr/sbin/policy-rc.d" &&
		chroot "$root" apt-get -q update &&
		DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -q -y install --no-install-recommends "${@:1:$#-1}"
}

cloud_base() { # prints the root in which the brokers of Debian 13 are
	root_base "$CLOUD_CACHE/brokers" trixie ca-certificates cloud_finish "${CLOUD_BROKERS[@]}"
}

# What stands at the cloud's doors, with sanitizers. The rest has leases of seconds, crowds and brokers: sanitizers that look
# up every allocation would outlast those.
CLOUD_SANITIZED=(joined linking schools)

cloud_node() {
	local file ended=0 plain=() sanitized=()
	read -ra plain <<<"${ONLY[cloud]:-}"
	if [ "${#plain[@]}" = 0 ]; then
		for file in "$PROJECT"/tests/cloud/*.test.ts; do plain+=("$(basename "$file" .test.ts)"); done
	fi
	for file in "${CLOUD_SANITIZED[@]}"; do
		if [[ " ${plain[*]} " == *" $file "* ]]; then sanitized+=("$file"); fi
	done
	for file in "${sanitized[@]}"; do
		read -ra plain < <(printf '%s\n' "${plain[@]}" | grep -vx "$file" | tr '\n' ' ')
	done
	if [ "${#sanitized[@]}" -gt 0 ]; then
		UROK_BUILD=$PROJECT/build-test cloud_files "${sanitized[@]}" || ended=1
	fi
	if [ "${#plain[@]}" -gt 0 ]; then
		UROK_BUILD=$PROJECT/build cloud_files "${plain[@]}" || ended=1
	fi
	return "$ended"
}

cloud_files() { # NAME...
	local -A ONLY=([cloud]="$*")
	TEST_TIMEOUT=${TEST_TIMEOUT:-600000} node_suite cloud
}

cloud_check() {
	# The short form needs neither root nor another release's brokers.
	if [ "${ONLY[cloud]:-}" = ' short' ]; then
		cloud_node
		return
	fi
	if [ "$(id -u)" != 0 ]; then
		say "not ok cloud: makes network namespaces of its own, so it needs root: sudo ./test cloud"
		return 1
	fi
	UROK_BROKERS=$(cloud_base) || {
		say "not ok cloud: a root with the brokers of Debian 13 is made"
		tail -n 20 "$LOG_DIR/debootstrap-trixie.log"
		return 1
	}
	export UROK_BROKERS
	cloud_node
}
