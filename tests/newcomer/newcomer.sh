# SPDX-License-Identifier: LGPL-2.1-or-later
# A newcomer's machine: a clean root of each Debian release, in which ./run comes up and the tests pass. Sourced.
# Roots are made by tests/lib/roots.sh.

NEWCOMER_CACHE=${UROK_NEWCOMER_CACHE:-/var/tmp/urok-newcomer}
NEWCOMER_RELEASES=(bookworm trixie)
NEWCOMER_OVERLAY=
# Where the unit and system suites have run on the same release: ./run once more, and what needs the packages of cameras, nginx,
# mail, certificates and manual pages.
NEWCOMER_SAMPLE=(system/run system/broadcast-path system/mail system/tls system/urokctl-pages)

newcomer_copy() { # FOLDER: the project as git knows it, with what is changed and not yet committed
	mkdir -p "$1"
	(cd "$PROJECT" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
		tar --null --files-from=- --ignore-failed-read --create 2>/dev/null) | tar -x -C "$1"
}

newcomer_suites() { # RELEASE
	if [ "$1" = "$(host_codename)" ] && [[ " ${wanted[*]:-} " == *" unit "*" system "* ]] && [ -z "${ONLY[system]:-}" ]; then
		say "${NEWCOMER_SAMPLE[@]}"
	else
		say unit system
	fi
}

# Bookworm's newcomer is root on a machine without anything; trixie's has a name and sudo.
newcomer_release() { # RELEASE: prints TAP lines
	local base root user=root home=/root name
	base=$(root_base "$NEWCOMER_CACHE/base-$1" "$1" ca-certificates,sudo) || {
		say "not ok $1: a base root is made"
		tail -n 20 "$LOG_DIR/debootstrap-$1.log"
		return 1
	}
	NEWCOMER_OVERLAY=$(mktemp -d "$NEWCOMER_CACHE/run-$1-XXXXXX")
	root=$NEWCOMER_OVERLAY/root
	mkdir -p "$NEWCOMER_OVERLAY"/{upper,work,root}
	mount -t overlay overlay "$root" \
		-o "lowerdir=$base,upperdir=$NEWCOMER_OVERLAY/upper,workdir=$NEWCOMER_OVERLAY/work"
	root_hand_in "$1" "$root"
	if [ "$1" = trixie ]; then
		user=newcomer home=/home/newcomer
		chroot "$root" useradd --create-home --shell /bin/bash "$user"
		printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$user" >"$root/etc/sudoers.d/newcomer"
		[ ! -e ~/.npmrc ] || cp ~/.npmrc "$root$home/.npmrc"
	fi
	newcomer_copy "$root$home/urok"
	chroot "$root" chown -R "$user:" "$home"
	unshare --mount --pid --fork --kill-child --propagation private \
		"$PROJECT/tests/newcomer/enter" "$root" "$user" "$home" "$1" "$(newcomer_suites "$1")"
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
