package main

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestReadOnlyMappings(t *testing.T) {
	t.Parallel()
	const smaps = `00400000-00fed000 r-xp 00000000 fe:00 1 /usr/bin/tennantite
Rss:                8000 kB
Anonymous:         0 kB
00fed000-01be5000 r--p 00bed000 fe:00 1 /usr/bin/tennantite
Anonymous:         0 kB
01be5000-01c80000 rw-p 017e5000 fe:00 1 /usr/bin/tennantite
Anonymous:         0 kB
01c80000-01c90000 r--p 01880000 fe:00 1 /usr/bin/tennantite
Anonymous:        12 kB
01ca0000-01cb0000 r--p 00000000 fe:00 2 /usr/lib/other.so
Anonymous:         0 kB
c000000000-c000800000 rw-p 00000000 00:00 0
Anonymous:      4096 kB
7ffd0000-7ffe0000 r-xp 00000000 00:00 0 [vdso]
Anonymous:         0 kB
`
	want := []mapping{{0x400000, 0xfed000}, {0xfed000, 0x1be5000}}
	if got := readOnly(strings.NewReader(smaps), "/usr/bin/tennantite"); !slices.Equal(got, want) {
		t.Errorf("found %x, want %x", got, want)
	}
}

// A program whose pages were taken goes on as before, with less memory. It runs before those that run side by side, which
// would touch pages meanwhile.
func TestReleaseProgram(t *testing.T) {
	before := resident(t)
	releaseProgram()
	if after := resident(t); before == 0 || after > before/2 {
		t.Errorf("%d KiB of the program's file were resident, and now %d", before, after)
	}
}

// resident is how much of the program's own file is mapped, in KiB.
func resident(t *testing.T) (kib int) {
	t.Helper()
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(string(text), "VmFlags:") {
		if !strings.Contains(part, " r-") || !strings.Contains(part, program+"\n") {
			continue
		}
		_, rest, _ := strings.Cut(part, "\nRss:")
		n, err := strconv.Atoi(strings.Fields(rest)[0])
		if err != nil {
			t.Fatal(err)
		}
		kib += n
	}
	return kib
}
