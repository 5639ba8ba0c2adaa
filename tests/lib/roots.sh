#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Clean roots of a Debian release for tests: made once, kept for a week, shared below overlays. Sourced.
# How packages are reached (sources, a mirror, a certificate) is taken from the machine that runs this, never from the
# project.

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

root_is_fresh() { # BASE MARK
	[ "$(cat "$1/.made" 2>/dev/null)" = "$2" ] && [ -z "$(find "$1/.made" -mtime +6)" ]
}

# Prints BASE, which is made if it is not there, old, or was made for other packages.
root_base() { # BASE RELEASE PACKAGE,... [COMMAND...]: the command finishes it and is told where it is
	local base=$1 release=$2 include=$3
	shift 3
	if ! root_is_fresh "$base" "$include $*"; then
		rm -rf "$base" "$base.part"
		mkdir -p "${base%/*}"
		debootstrap --variant=minbase --include="$include" "$release" "$base.part" \
			"$(host_mirror)" >"$LOG_DIR/debootstrap-$release.log" 2>&1 || return 1
		rm -f "$base.part/etc/apt/sources.list"
		[ $# = 0 ] || "$@" "$base.part" >>"$LOG_DIR/debootstrap-$release.log" 2>&1 || return 1
		rm -f "$base.part"/var/cache/apt/archives/*.deb
		printf '%s\n' "$include $*" >"$base.part/.made"
		mv "$base.part" "$base"
	fi
	printf '%s\n' "$base"
}

root_hand_in() { # RELEASE ROOT: what its owner set for packages on this machine
	local file root=$2
	while read -r file; do
		sed "s/$(host_codename)/$1/g" "$file" >"$root/etc/apt/${file#/etc/apt/}"
	done < <(host_sources)
	# What a package of this machine brought comes with that package, or it does not belong there.
	for file in /etc/apt/apt.conf.d/*; do
		dpkg-query -S "$file" >/dev/null 2>&1 || cp -a "$file" "$root/etc/apt/apt.conf.d/"
	done
	cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
	[ ! -e ~/.npmrc ] || cp ~/.npmrc "$root/root/.npmrc"
	if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
		cp -L "$NODE_EXTRA_CA_CERTS" "$root/usr/local/share/ca-certificates/host.crt"
		chroot "$root" update-ca-certificates >/dev/null 2>&1
	fi
}

# The packages of this machine whose libraries these programs load: the same release has them under the same names.
packages_of_programs() { # PROGRAM...
	ldd "$@" | sed -nE 's/.* => ([^ ]+) \(.*/\1/p' | sort -u | xargs -r realpath | sort -u |
		xargs -r dpkg -S 2>/dev/null | cut -d : -f 1 | sort -u
}
