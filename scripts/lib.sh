# Sourced by the other scripts.

# install_package DEBIAN-PACKAGE WHAT installs a package where that can be done without a question, else says which line to run.
install_package() {
	root=""
	if [ "$(id -u)" != 0 ]; then root="sudo -n"; fi
	if command -v apt-get >/dev/null 2>&1 && { [ -z "$root" ] || $root true 2>/dev/null; }; then
		echo "Installing $2, which the tests need ..." >&2
		log=$(mktemp)
		if { $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"; } >"$log" 2>&1 </dev/null; then
			rm -f "$log"
			return 0
		fi
		tail -n 20 "$log" >&2
		rm -f "$log"
	fi
	echo "The tests need $2. Install it and run this again, on Debian or Ubuntu: sudo apt-get install -y $1" >&2
	exit 1
}
