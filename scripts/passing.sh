# shellcheck shell=bash
# The lists of .ci/: what passed once must go on passing. Sourced by conformance and witness.
#
# A list has one name per line, sorted, and comments; after the name there may be a number: so many steps of it pass.

# listed FILE: its lines without comments
listed() { sed -E 's/[[:space:]]*#.*//; /^[[:space:]]*$/d' "$1" 2>/dev/null || true; }

# grow FILE: adds the lines of stdin to the list, keeps its comments, never takes a line or a step away
grow() {
  local rows
  rows=$({ listed "$1"; cat; } | awk '{ if (!($1 in n) || $2 + 0 > n[$1] + 0) n[$1] = $2 }
    END { for (k in n) print k (n[k] == "" ? "" : " " n[k]) }' | LC_ALL=C sort)
  { sed -n '/^#/p' "$1"; echo "$rows"; } >"$1.new" && mv "$1.new" "$1"
}

# lines TEXT: how many lines it has, 0 for none
lines() { printf '%s' "${1:+$1$'\n'}" | wc -l; }

# indent TEXT: its lines, each set in
indent() { [ -z "$1" ] || sed 's/^/    /' <<<"$1"; }
