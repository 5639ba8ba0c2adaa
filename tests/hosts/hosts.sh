#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The suite hosts: booted Debian hosts on a LAN of their own. Sourced. Here: the base root that hosts share, and the LAN
# with the machine pc, from which the tests ask; tests/lib/host.ts boots, cuts and ends the hosts themselves.

HOSTS_CACHE=${UROK_HOSTS_CACHE:-/var/tmp/urok-hosts}
HOSTS_LAN=
HOSTS_RUN=
HOSTS_PROGRAMS=(daemon/app/urokd ctl/urokctl workers/broadcast/urok-broadcast)

# What our programs need to run, and no more.
hosts_finish() { # PACKAGE... ROOT
	local root=${*: -1}
	root_hand_in "$(host_codename)" "$root" &&
		chroot "$root" apt-get -q update &&
		DEBIAN_FRONTEND=noninteractive chroot "$root" \
			apt-get -q -y install --no-install-recommends "${@:1:$#-1}" &&
		rm -f "$root/etc/systemd/system/multi-user.target.wants/nginx.service"
}

hosts_base() {
	local -a packages
	mapfile -t packages < <(packages_of_programs "${HOSTS_PROGRAMS[@]/#/$PROJECT/build/}")
	root_base "$HOSTS_CACHE/base" "$(host_codename)" systemd,systemd-sysv,dbus,ca-certificates \
		hosts_finish nginx avahi-daemon avahi-utils "${packages[@]}"
}

# Nothing of this machine's own network is touched: a bridge in a namespace, and a second one for pc.
lan_up() {
	HOSTS_RUN=$(mktemp -d "$HOSTS_CACHE/run-XXXXXX") || return 1
	HOSTS_LAN=urok-$BASHPID
	ip netns add "$HOSTS_LAN-lan" && ip netns add "$HOSTS_LAN-pc" &&
		ip -n "$HOSTS_LAN-lan" link add br0 type bridge &&
		ip -n "$HOSTS_LAN-lan" link set br0 up &&
		ip -n "$HOSTS_LAN-pc" link set lo up &&
		ip link add pc netns "$HOSTS_LAN-lan" type veth peer name host0 netns "$HOSTS_LAN-pc" &&
		ip -n "$HOSTS_LAN-lan" link set pc master br0 up &&
		ip -n "$HOSTS_LAN-pc" addr add 10.77.0.2/24 dev host0 &&
		ip -n "$HOSTS_LAN-pc" link set host0 up
}

hosts_end() { # whatever a test that was interrupted has left
	local one
	[ -n "$HOSTS_LAN" ] || return 0
	for one in /run/netns/"$HOSTS_LAN"-*; do
		[ -e "$one" ] || continue
		ip netns pids "${one##*/}" | xargs -r kill -KILL 2>/dev/null
		ip netns del "${one##*/}"
	done
	for one in "$HOSTS_RUN"/*/root; do
		[ ! -e "$one" ] || umount -R "$one" 2>/dev/null || umount -R -l "$one"
	done
	for one in /sys/fs/cgroup/{,unified/,systemd/}"$HOSTS_LAN"-*; do
		[ ! -e "$one" ] || find "$one" -depth -type d -exec rmdir {} \; 2>/dev/null
	done
	rm -rf --one-file-system "$HOSTS_RUN"
	HOSTS_LAN=
}

hosts_check() {
	local base ended
	if [ "$(id -u)" != 0 ]; then
		say "not ok hosts: boots hosts of its own, so it needs root: sudo ./test hosts"
		return 1
	fi
	base=$(hosts_base) || {
		say "not ok hosts: a base root is made"
		tail -n 20 "$LOG_DIR/debootstrap-$(host_codename).log"
		return 1
	}
	trap 'hosts_end; exit 143' TERM
	if lan_up; then
		UROK_HOST_BASE=$base UROK_HOST_LAN=$HOSTS_LAN UROK_HOST_FOLDER=$HOSTS_RUN UROK_BUILD=$PROJECT/build \
			node_suite hosts nsenter --net="/run/netns/$HOSTS_LAN-pc"
		ended=$?
	else
		say "not ok hosts: a LAN is made"
		ended=1
	fi
	hosts_end
	return "$ended"
}
