# SPDX-License-Identifier: LGPL-2.1-or-later
# Which Debian packages the project needs: the one list, for ./run, ./test and the newcomer's root. Sourced.
# The names are the same in Debian 12 and 13.

RUN_PACKAGES=(
	age build-essential meson ninja-build pkgconf ca-certificates curl npm
	libglib2.0-dev libmicrohttpd-dev libsqlite3-dev libsystemd-dev libsodium-dev libjansson-dev
	libcurl4-openssl-dev libssl-dev libzstd-dev libmosquitto-dev libturbojpeg0-dev libpng-dev libwebp-dev libexif-dev
	libpango1.0-dev libfontconfig-dev libqrencode-dev fonts-paratype
	libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
	libgstrtspserver-1.0-dev
	gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
	gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-x fonts-dejavu-core nginx
)

# What ./run cloud and the suite cloud need on top: a school needs none of it.
CLOUD_PACKAGES=(postgresql postgresql-client libpq-dev mosquitto mosquitto-clients)

# What the unit, house, fuzz and system suites need on top.
TEST_PACKAGES=(git certbot clang dbus-daemon ffmpeg groff-base libfaketime minisign mosquitto openssl pebble poppler-utils python3-aiosmtpd python3-prometheus-client rsync
	sqlite3 strace systemd universal-ctags vlc-bin vlc-plugin-base zbar-tools)

# What only these suites need: a newcomer's root does not have to fetch a browser.
BROWSER_PACKAGES=(chromium chromium-sandbox)
BENCH_PACKAGES=(wrk gstreamer1.0-tools libnginx-mod-rtmp qrencode mosquitto mosquitto-clients iproute2)
INSTALL_PACKAGES=(libnss3-tools minisign)
HOSTS_PACKAGES=(debootstrap systemd-container iproute2 e2fsprogs)
NEWCOMER_PACKAGES=(debootstrap)

# What packaging/build needs before debian/control can say the rest.
DEB_PACKAGES=(build-essential debhelper dpkg-dev lintian)

packages_missing() { # NAME...: prints those that are not installed
	local name
	local -A installed=()
	while read -r name; do
		installed[$name]=1
	done < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
		sed -n 's/^installed //p')
	# A node that somebody installed from elsewhere brings its npm and does not let Debian's in.
	if command -v npm >/dev/null; then installed[npm]=1; fi
	for name in "$@"; do
		[ -n "${installed[$name]:-}" ] || printf '%s\n' "$name"
	done
}

check_debian() { # refuses what was never tried
	local ID= VERSION_ID= PRETTY_NAME=
	# shellcheck disable=SC1091
	[ ! -r /etc/os-release ] || . /etc/os-release
	if [ "$ID" != debian ]; then
		fail "This is ${PRETTY_NAME:-no Debian}. Urok is made for Debian 12 and 13:" \
			"run it there, in a virtual machine for example."
	fi
	if [ -n "$VERSION_ID" ] && [ "${VERSION_ID%%.*}" -lt 12 ]; then
		fail "This is $PRETTY_NAME, which is too old: Urok needs Debian 12 or 13."
	fi
}

check_disk() { # PATH MEGABYTES WHAT
	local path=$1 free
	while [ ! -e "$path" ]; do path=$(dirname "$path"); done
	free=$(df -m --output=avail "$path" | tail -n 1)
	if [ "$free" -lt "$2" ]; then
		fail "$3 needs $2 MB on the disk of $path, but only ${free// /} MB are free." \
			"Free some space and start again."
	fi
}

packages_ensure() { # NAME...: installs what is missing, as root or through sudo
	local -a missing
	mapfile -t missing < <(packages_missing "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	packages_install "${missing[@]}"
}

packages_install() { # NAME...; "--build FOLDER": what its debian/control needs to be built
	local -a missing=("$@") root=()
	check_disk /var/cache/apt/archives 3000 "Installing packages"
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null ||
			fail "These packages are missing: ${missing[*]}." \
				"There is no sudo here to install them: run as root once:" \
				"apt-get install ${missing[*]}"
		sudo -v || fail "Packages are missing and sudo did not let us install them." \
			"Ask an administrator to run: apt-get install ${missing[*]}"
		root=(sudo -n)
	fi
	say "  Packages to install, with what they need:"
	printf '%s ' "${missing[@]}" | fold -s -w 90 | sed 's/^/    /'
	say
	step "packages" "$LOG_DIR/packages.log" "${root[@]}" "$PROJECT/scripts/install-packages" \
		"${missing[@]}" ||
		fail "The packages could not be installed." \
			"If the lines above speak of the network, check that this machine reaches its Debian mirror" \
			"(apt-get update), then start again: it goes on where it stopped."
}
