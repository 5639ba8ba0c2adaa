# SPDX-License-Identifier: LGPL-2.1-or-later
# A newcomer's machine: a clean root of each Debian release, in which ./run comes up and the tests pass. Sourced.
# A base root a release is made once, kept for a week, and shared below an overlay. How packages are reached
# (sources, a mirror, a certificate) is taken from the machine that runs this, never from the project.

NEWCOMER_CACHE=${UROK_NEWCOMER_CACHE:-/var/tmp/urok-newcomer}
NEWCOMER_RELEASES=(bookworm trixie)
NEWCOMER_OVERLAY=

host_codename() { (. /etc/os-release && printf '%s\n' "$VERSION_CODENAME"); }

# The host's files of Debian sources, not those of other archives.
host_sources() {
	grep -lsE "(^|[ =])$(host_codename)(-updates|-security)?( |\$)" \
		/etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources
}

host_mirror() {
	local -a files
	mapfile -t files < <(host_sources)
	sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' "${files[@]}" | head -n 1
}

newcomer_base() { # RELEASE: prints the folder of its base root, made if it is not there or old
	local base=$NEWCOMER_CACHE/base-$1
	if [ ! -e "$base/.made" ] || [ -n "$(find "$base/.made" -mtime +6)" ]; then
		rm -rf "$base" "$base.part"
		mkdir -p "$NEWCOMER_CACHE"
		debootstrap --variant=minbase --include=ca-certificates,sudo "$1" "$base.part" \
			"$(host_mirror)" >"$LOG_DIR/debootstrap-$1.log" 2>&1 || return 1
		rm -f "$base.part/etc/apt/sources.list" "$base.part"/var/cache/apt/archives/*.deb
		mv "$base.part" "$base"
		: >"$base/.made"
	fi
	printf '%s\n' "$base"
}

newcomer_hand_in() { # RELEASE ROOT: what its owner set for packages on this machine
	local file root=$2
	while read -r file; do
		sed "s/$(host_codename)/$1/g" "$file" >"$root/etc/apt/${file#/etc/apt/}"
	done < <(host_sources)
	cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
	cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
	[ ! -e ~/.npmrc ] || cp ~/.npmrc "$root/root/.npmrc"
	if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
		cp -L "$NODE_EXTRA_CA_CERTS" "$root/usr/local/share/ca-certificates/host.crt"
		chroot "$root" update-ca-certificates >/dev/null 2>&1
	fi
}

newcomer_copy() { # FOLDER: the project as git knows it, with what is changed and not yet committed
	mkdir -p "$1"
	(cd "$PROJECT" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
		tar --null --files-from=- --ignore-failed-read --create 2>/dev/null) | tar -x -C "$1"
}

# Bookworm's newcomer is root on a machine without anything; trixie's has a name and sudo.
newcomer_release() { # RELEASE: prints TAP lines
	local base root user=root home=/root name
	base=$(newcomer_base "$1") || {
		say "not ok $1: a base root is made"
		tail -n 20 "$LOG_DIR/debootstrap-$1.log"
		return 1
	}
	NEWCOMER_OVERLAY=$(mktemp -d "$NEWCOMER_CACHE/run-$1-XXXXXX")
	root=$NEWCOMER_OVERLAY/root
	mkdir -p "$NEWCOMER_OVERLAY"/{upper,work,root}
	mount -t overlay overlay "$root" \
		-o "lowerdir=$base,upperdir=$NEWCOMER_OVERLAY/upper,workdir=$NEWCOMER_OVERLAY/work"
	newcomer_hand_in "$1" "$root"
	if [ "$1" = trixie ]; then
		user=newcomer home=/home/newcomer
		chroot "$root" useradd --create-home --shell /bin/bash "$user"
		printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$user" >"$root/etc/sudoers.d/newcomer"
		[ ! -e ~/.npmrc ] || cp ~/.npmrc "$root$home/.npmrc"
	fi
	newcomer_copy "$root$home/urok"
	chroot "$root" chown -R "$user:" "$home"
	unshare --mount --pid --fork --kill-child --propagation private \
		"$PROJECT/tests/newcomer/enter" "$root" "$user" "$home" "$1"
	name=$?
	newcomer_end
	return "$name"
}

newcomer_check() {
	local release ended=0
	if [ "$(id -u)" != 0 ]; then
		say "not ok newcomer: makes clean roots, so it needs root: sudo ./test newcomer"
		return 1
	fi
	trap 'newcomer_end; exit 143' TERM
	for release in "${NEWCOMER_RELEASES[@]}"; do newcomer_release "$release" || ended=1; done
	return "$ended"
}

newcomer_end() {
	[ -n "$NEWCOMER_OVERLAY" ] || return 0
	umount "$NEWCOMER_OVERLAY/root" 2>/dev/null
	rm -rf "$NEWCOMER_OVERLAY"
	NEWCOMER_OVERLAY=
}
