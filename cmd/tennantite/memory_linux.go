package main

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// releaseProgram lets the kernel have the pages of the program's own file that have been mapped up to now: most are of the
// start, and what goes on being used comes back from the page cache when it is touched, without the disk. It is of no
// consequence where it does not work.
func releaseProgram() {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer f.Close()
	for _, m := range readOnly(f, program) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.start, m.end-m.start, unix.MADV_DONTNEED)
	}
}

// mapping is a part of the address space.
type mapping struct{ start, end uintptr }

// readOnly finds the mappings of a file that nobody wrote to, in the form of /proc/PID/smaps (proc_pid_smaps(5)). A mapping
// that a loader wrote to before it was made read-only holds what the file does not, and is left out.
func readOnly(smaps io.Reader, file string) (found []mapping) {
	var current mapping
	ours := false
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) >= 5 && strings.Contains(fields[0], "-"): // start-end permissions offset device inode file
			first, last, _ := strings.Cut(fields[0], "-")
			start, err := strconv.ParseUint(first, 16, 64)
			end, err2 := strconv.ParseUint(last, 16, 64)
			current = mapping{uintptr(start), uintptr(end)}
			ours = err == nil && err2 == nil && len(fields) == 6 && fields[5] == file && strings.HasPrefix(fields[1], "r-")
		case ours && len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0":
			found = append(found, current)
		}
	}
	return found
}
