package isolation

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// The files that say how names are found.
const (
	hostsFile    = "/etc/hosts"
	switchFile   = "/etc/nsswitch.conf"
	resolverFile = "/etc/resolv.conf"
)

// Nameserver is where ServeNames is asked, by resolvers that read [NameFiles].
const Nameserver = "127.0.0.1:53"

// NameFiles are the files by which programs find names: what the system's own say about this machine, names as further
// names of it, and a name server of ours for those that are not known yet. Other sources of host names (mDNS, a
// resolver's daemon) would ask outside, so they are left out. read returns a file's content, nil where there is none.
func NameFiles(read func(path string) []byte, hostname string, names []string) []File {
	files := []File{
		{hostsFile, hosts(read(hostsFile), hostname, names)},
		{resolverFile, []byte("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")},
	}
	if old := read(switchFile); old != nil {
		files = append(files, File{switchFile, switched(old)})
	}
	return files
}

// hosts keeps the lines about loopback and adds the names.
func hosts(old []byte, hostname string, names []string) []byte {
	var b bytes.Buffer
	local, named := false, false
	for lines := bufio.NewScanner(bytes.NewReader(old)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		if a, err := netip.ParseAddr(fields[0]); err == nil && a.IsLoopback() {
			local = local || slices.Contains(fields[1:], "localhost")
			named = named || slices.Contains(fields[1:], hostname)
			fmt.Fprintln(&b, lines.Text())
		}
	}
	if !local {
		b.WriteString("127.0.0.1 localhost\n::1 localhost\n")
	}
	if hostname != "" && !named {
		fmt.Fprintln(&b, "127.0.0.1", hostname)
	}
	for _, n := range names {
		fmt.Fprintln(&b, "127.0.0.1", n)
	}
	return b.Bytes()
}

// switched is the name service switch with files and DNS as all sources of host names.
func switched(old []byte) []byte {
	var b bytes.Buffer
	for lines := bufio.NewScanner(bytes.NewReader(old)); lines.Scan(); {
		if name, _, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) != "hosts" {
			fmt.Fprintln(&b, lines.Text())
		}
	}
	b.WriteString("hosts: files dns\n")
	return b.Bytes()
}

// ServeNames is a name server: a name that known says yes to is this machine, every other one does not exist, and that is
// said at once. It ends when the connection is closed.
func ServeNames(conn net.PacketConn, known func(name string) bool) error {
	const largest = 1 << 12 // what a question can be, and more
	question := make([]byte, largest)
	for {
		n, from, err := conn.ReadFrom(question)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("name server: %w", err)
		}
		if reply, ok := answer(question[:n], known); ok {
			_, _ = conn.WriteTo(reply, from) // who asks and goes away has lost interest
		}
	}
}

// answer is the reply to a question; ok is false for what is none.
func answer(question []byte, known func(string) bool) (reply []byte, ok bool) {
	var p dnsmessage.Parser
	h, err := p.Start(question)
	if err != nil || h.Response {
		return nil, false
	}
	q, err := p.Question()
	if err != nil {
		return nil, false
	}
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	found := known(name) || name == "localhost" || strings.HasSuffix(name, ".localhost")
	h.Response, h.Authoritative, h.RecursionAvailable, h.RCode = true, true, true, dnsmessage.RCodeSuccess
	if !found {
		h.RCode = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, h)
	if b.StartQuestions() != nil || b.Question(q) != nil || b.StartAnswers() != nil {
		return nil, false
	}
	if found && q.Type == dnsmessage.TypeA {
		local := dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}
		if b.AResource(dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET}, local) != nil {
			return nil, false
		}
	}
	reply, err = b.Finish()
	return reply, err == nil
}
