#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The suite install: for each release the package is built in a clean root, what it depends on is fetched, and then hosts
# without any way out of their LAN install it. Sourced; uses tests/lib/roots.sh and the LAN of tests/hosts/hosts.sh.

INSTALL_CACHE=${UROK_INSTALL_CACHE:-/var/tmp/urok-install}
INSTALL_RELEASES=(bookworm trixie)
INSTALL_OVERLAY=
# Of tests/browser those to which it matters by whom the pages are served; the others say of themselves (atHome) why not.
INSTALL_BROWSER=(setup profile certificate server chats offline cameras broadcasts pages)

install_finish() { # RELEASE ROOT
	root_hand_in "$1" "$2" && chroot "$2" apt-get -q update
}

# A server on which nothing was chosen. Nothing that Urok needs may be here by chance.
install_base() { # RELEASE
	root_base "$INSTALL_CACHE/base-$1" "$1" systemd,systemd-sysv,ca-certificates,iproute2 install_finish "$1"
}

install_finish_build() { # RELEASE HASH ROOT
	local root=$3
	install_finish "$1" "$root" && mkdir -p "$root/root/wishes/debian" &&
		cp "$PROJECT/packaging/debian/control" "$root/root/wishes/debian/" &&
		DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -q -y --no-install-recommends install \
			build-essential debhelper dpkg-dev lintian &&
		DEBIAN_FRONTEND=noninteractive chroot "$root" \
			apt-get -q -y --no-install-recommends build-dep /root/wishes
}

# What builds a package: debian/control says it all, and another control makes another root.
install_build_base() { # RELEASE
	local hash
	hash=$(sha256sum <"$PROJECT/packaging/debian/control" | cut -c 1-16)
	root_base "$INSTALL_CACHE/build-$1" "$1" ca-certificates install_finish_build "$1" "$hash"
}

overlay_up() { # BASE: the root above it is $INSTALL_OVERLAY/root
	INSTALL_OVERLAY=$(mktemp -d "$INSTALL_CACHE/run-XXXXXX") &&
		mkdir "$INSTALL_OVERLAY"/{upper,work,root} &&
		mount -t overlay overlay "$INSTALL_OVERLAY/root" \
			-o "lowerdir=$1,upperdir=$INSTALL_OVERLAY/upper,workdir=$INSTALL_OVERLAY/work"
}

overlay_down() {
	[ -n "$INSTALL_OVERLAY" ] || return 0
	umount -R "$INSTALL_OVERLAY/root" 2>/dev/null || umount -R -l "$INSTALL_OVERLAY/root" 2>/dev/null
	rm -rf --one-file-system "$INSTALL_OVERLAY"
	INSTALL_OVERLAY=
}

build_in_root() { # ROOT FOLDER [VARIABLE=VALUE...]: the package, without a network, from a copy of the tree in FOLDER
	local root=$1 folder=$2
	shift 2
	newcomer_copy "$root$folder" && cp -r "$PROJECT/web/dist" "$root$folder.pages" &&
		systemd-nspawn --quiet --directory="$root" --register=no --keep-unit --as-pid2 --private-network --pipe \
			/usr/bin/env "$@" "$folder/packaging/build" --pages "$folder.pages" "$folder.out" </dev/null
}

# The first release's package is built a second time, elsewhere and for somebody with other habits.
install_package() { # RELEASE DESTINATION: prints TAP lines
	local base ended=0
	base=$(install_build_base "$1") && overlay_up "$base" || {
		say "not ok $1: a root to build in is made"
		tail -n 20 "$LOG_DIR/debootstrap-$1.log"
		return 1
	}
	if build_in_root "$INSTALL_OVERLAY/root" /root/urok; then
		say "ok $1: the package is built from what its control file asks for, and lintian says nothing"
		cp "$INSTALL_OVERLAY"/root/root/urok.out/urok{,-cloud}_*.deb "$2/"
	else
		say "not ok $1: the package is built, and lintian says nothing"
		overlay_down
		return 1
	fi
	# On a machine with the Internet one folder is packed for those without.
	if chroot "$INSTALL_OVERLAY/root" apt-get -q update && mkdir -p "$2/root" &&
		chroot "$INSTALL_OVERLAY/root" sh -c '/root/urok/packaging/bundle /root/urok.out/urok_*.deb /root/urok-bundle' &&
		cp -r "$INSTALL_OVERLAY/root/root/urok-bundle" "$2/root/"; then
		say "ok $1: all that it needs is packed into one folder"
	else
		say "not ok $1: all that it needs is packed into one folder"
		ended=1
	fi
	if [ "$1" = "${INSTALL_RELEASES[0]}" ]; then
		if build_in_root "$INSTALL_OVERLAY/root" /srv/some/where TZ=Asia/Vladivostok LANG=C HOME=/srv &&
			cmp "$INSTALL_OVERLAY"/root/srv/some/where.out/urok_*.deb "$2"/urok_*.deb &&
			cmp "$INSTALL_OVERLAY"/root/srv/some/where.out/urok-cloud_*.deb "$2"/urok-cloud_*.deb; then
			say "ok $1: two builds have the same bytes"
		else
			say "not ok $1: two builds have the same bytes"
			ended=1
		fi
	fi
	overlay_down
	return "$ended"
}

# What the packages depend on; of what they recommend the cloud's database and broker; for tests that unpack them elsewhere a
# clock that lies, the parser of AppArmor's profiles; for copies that go elsewhere the other end, and what knows disks that
# are plugged in.
fetch_packages() { # ROOT
	chroot "$1" apt-get -q -y install --no-install-recommends --download-only /root/urok.deb /root/urok-cloud.deb \
		postgresql mosquitto mosquitto-clients libfaketime apparmor openssh-server rsync udev
}

# A layer for hosts: the package, and in apt's own place what it depends on. A newer list is fetched when the mirror has
# dropped what an older one names.
install_fetch() { # RELEASE BASE LAYER: the packages lie in it
	local archives=$INSTALL_CACHE/archives-$1 layer=$3 root
	overlay_up "$2" || return 1
	root=$INSTALL_OVERLAY/root
	mkdir -p "$archives" "$layer/root" "$layer/var/cache/apt/archives"
	mv "$layer"/urok_*.deb "$layer/root/urok.deb" && mv "$layer"/urok-cloud_*.deb "$layer/root/urok-cloud.deb" &&
		cp "$layer"/root/urok{,-cloud}.deb "$root/root/" && mount --bind "$archives" "$root/var/cache/apt/archives" || return 1
	if ! fetch_packages "$root"; then
		chroot "$root" apt-get -q update && fetch_packages "$root" || return 1
		mkdir -p "$layer/var/lib/apt" && cp -a "$root/var/lib/apt/lists" "$layer/var/lib/apt/"
	fi
	umount "$root/var/cache/apt/archives"
	cp "$archives"/*.deb "$layer/var/cache/apt/archives/"
	# No power is cut here, and a flush for each of their files takes minutes where others use the disk.
	mkdir -p "$layer/etc/dpkg/dpkg.cfg.d" && printf 'force-unsafe-io\n' >"$layer/etc/dpkg/dpkg.cfg.d/throwaway" || return 1
	overlay_down
}

# File by file. While a broadcast is watched through an upgrade, the other release waits: a viewer who comes late misses a part.
install_files() {
	local name names ended=0 how
	names=${ONLY[install]:-$(cd "$PROJECT/tests/install" && printf '%s ' *.test.ts | sed 's/\.test\.ts//g')}
	for name in $names; do
		how=--shared
		[ "$name" != upgrade ] || how=--exclusive
		local -A ONLY=([install]=$name)
		TEST_TIMEOUT=600000 node_suite install flock --close "$how" "$INSTALL_CACHE/watched" nsenter --net="/run/netns/$HOSTS_LAN-pc" || ended=1
	done
	return "$ended"
}

install_release() { # RELEASE: prints TAP lines
	local base layer=$HOSTS_RUN/layer-$1 ended
	mkdir "$layer"
	install_package "$1" "$layer" || return 1
	base=$(install_base "$1") && install_fetch "$1" "$base" "$layer" || {
		say "not ok $1: what the package depends on is fetched"
		overlay_down
		return 1
	}
	export UROK_RELEASE=$1 UROK_HOST_BASE=$layer:$base UROK_HOST_LAN=$HOSTS_LAN UROK_HOST_FOLDER=$HOSTS_RUN \
		UROK_BUILD=$PROJECT/build
	install_files
	ended=$?
	if [ "$1" != "$(host_codename)" ]; then install_browsers "$1" || ended=1; fi
	rm -rf "$layer"
	return "$ended"
}

# On one release, which is not the host's: by the other nginx than tests/browser has otherwise.
install_browsers() { # RELEASE
	local files=("${INSTALL_BROWSER[@]/#/$PROJECT/tests/browser/}")
	PATH=$(node_path):$PATH flock --close --shared "$INSTALL_CACHE/watched" nsenter --net="/run/netns/$HOSTS_LAN-pc" node "$PROJECT/tests/install/browsers.ts" \
		"${files[@]/%/.test.ts}"
}

install_end() {
	overlay_down
	hosts_end
}

install_alone() { # RELEASE: on a LAN of its own; prints TAP lines
	local ended=0
	trap 'install_end; exit 143' TERM
	if lan_up; then
		install_release "$1"
		ended=$?
	else
		say "not ok $1: a LAN is made"
		ended=1
	fi
	install_end
	return "$ended"
}

# The releases at the same time: a host that boots, installs or waits for a timer leaves half of two cores.
install_check() {
	if [ "$(id -u)" != 0 ]; then
		say "not ok install: boots hosts of its own, so it needs root: sudo ./test install"
		return 1
	fi
	mkdir -p "$INSTALL_CACHE" "$HOSTS_CACHE"
	beside "$LOG_DIR/install" install_alone ${UROK_INSTALL_RELEASES:-"${INSTALL_RELEASES[@]}"}
}
