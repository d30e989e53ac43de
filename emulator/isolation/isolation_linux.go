package isolation

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Start starts a command in user, mount and network namespaces of its own, as the same user. It has the rights that
// [Enter] and a listener below port 1024 need, there and nowhere else. It ends with this process, and the calling goroutine
// keeps its thread. A system that allows no such namespaces is Refused. command is called once for each attempt.
func Start(command func() *exec.Cmd) (*exec.Cmd, error) {
	runtime.LockOSThread() // the kernel ties the command's life to the thread
	cmd := command()
	err := start(cmd, syscall.CLONE_NEWUSER|syscall.CLONE_NEWNS|syscall.CLONE_NEWNET)
	if err != nil && os.Geteuid() == 0 && refusal(err) { // root may do without a user namespace
		if cmd = command(); start(cmd, syscall.CLONE_NEWNS|syscall.CLONE_NEWNET) == nil {
			return cmd, nil
		}
	}
	if err != nil && refusal(err) {
		return nil, &Refused{err}
	}
	return cmd, err
}

// refusal tells whether a failure to start is the system's no to namespaces.
func refusal(err error) bool {
	for _, e := range []error{unix.EPERM, unix.EACCES, unix.EINVAL, unix.ENOSPC, unix.EUSERS, unix.ENOSYS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func start(cmd *exec.Cmd, flags uintptr) error {
	a := &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL}
	if flags&syscall.CLONE_NEWUSER != 0 {
		a.UidMappings, a.GidMappings = identities()
		// A user other than root keeps rights over a new program only where they are ambient.
		a.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_NET_BIND_SERVICE}
	}
	cmd.SysProcAttr = a
	return cmd.Start()
}

// identities map the user and the group onto themselves; for root, who may, all that there are, so that files keep their
// owners.
func identities() (users, groups []syscall.SysProcIDMap) {
	if os.Geteuid() == 0 {
		users, groups = all("/proc/self/uid_map"), all("/proc/self/gid_map")
	}
	if users == nil || groups == nil {
		u, g := os.Geteuid(), os.Getegid()
		users = []syscall.SysProcIDMap{{ContainerID: u, HostID: u, Size: 1}}
		groups = []syscall.SysProcIDMap{{ContainerID: g, HostID: g, Size: 1}}
	}
	return users, groups
}

// all maps each range of a map of identities onto itself, nil where the map cannot be read.
func all(path string) (ids []syscall.SysProcIDMap) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		const columns = 3 // first inside, first outside, how many
		if len(f) != columns {
			return nil
		}
		first, err1 := strconv.Atoi(f[0])
		size, err2 := strconv.Atoi(f[2])
		if err1 != nil || err2 != nil {
			return nil
		}
		ids = append(ids, syscall.SysProcIDMap{ContainerID: first, HostID: first, Size: size})
	}
	return ids
}

// Enter furnishes the namespaces that the process was started in: nothing that is mounted is seen outside, loopback is up,
// and the files are seen in place of the system's. What the system has not at all stays away. dir is a folder for their
// contents, which the caller deletes.
func Enter(dir string, files []File) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return &Refused{fmt.Errorf("mounts of our own: %w", err)}
	}
	if err := loopback(); err != nil {
		return &Refused{fmt.Errorf("loopback: %w", err)}
	}
	for i, f := range files {
		target, err := filepath.EvalSymlinks(f.Path)
		if err != nil {
			continue
		}
		source := filepath.Join(dir, strconv.Itoa(i)+"-"+filepath.Base(f.Path))
		if err := os.WriteFile(source, f.Content, 0o644); err != nil { //nolint:gosec // everybody inside reads them
			return err
		}
		if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
			return &Refused{fmt.Errorf("%s: %w", f.Path, err)}
		}
	}
	return hide(dir)
}

// hide empties the folders of daemons that answer for names from outside before any of the files is read.
func hide(dir string) error {
	const nscd = "/run/nscd" // glibc asks it first
	if _, err := os.Stat(nscd); err != nil {
		return nil
	}
	empty := filepath.Join(dir, "empty")
	if err := os.MkdirAll(empty, 0o755); err != nil { //nolint:gosec // there is nothing in it
		return err
	}
	if err := unix.Mount(empty, nscd, "", unix.MS_BIND, ""); err != nil {
		return &Refused{fmt.Errorf("%s: %w", nscd, err)}
	}
	return nil
}

// loopback lets the network namespace reach itself.
func loopback() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s) //nolint:errcheck // nothing was written
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(s, unix.SIOCGIFFLAGS, lo); err != nil {
		return err
	}
	lo.SetUint16(lo.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, lo)
}

// StartCommand starts a command with the rights that the caller of [Start] had. It ends with this process, and the calling
// goroutine keeps its thread.
func StartCommand(cmd *exec.Cmd) error {
	runtime.LockOSThread() // the rights are the thread's, and the command inherits them
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("rights of the command: %w", err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd.Start()
}
