package isolation_test

import (
	"net"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/tennantite/tennantite/emulator/isolation"
)

func TestNameFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		system  map[string]string
		hosts   string
		sources string // the line of the name service switch
	}{
		{"nothing is there", nil, "127.0.0.1 localhost\n::1 localhost\n127.0.0.1 box\n127.0.0.1 graph.microsoft.com\n", ""},
		{
			"only loopback stays",
			map[string]string{
				"/etc/hosts":         "# a comment\n127.0.0.1\tlocalhost\n::1 ip6-localhost\n10.0.0.7 graph.microsoft.com db\n127.0.1.1 box\n",
				"/etc/nsswitch.conf": "passwd: files sss\nhosts: files mdns4_minimal [NOTFOUND=return] resolve dns\n",
			},
			"127.0.0.1\tlocalhost\n::1 ip6-localhost\n127.0.1.1 box\n127.0.0.1 graph.microsoft.com\n",
			"passwd: files sss\nhosts: files dns\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			read := func(path string) []byte {
				if text, ok := tt.system[path]; ok {
					return []byte(text)
				}
				return nil
			}
			got := map[string]string{}
			for _, f := range isolation.NameFiles(read, "box", []string{"graph.microsoft.com"}) {
				got[f.Path] = string(f.Content)
			}
			if got["/etc/hosts"] != tt.hosts {
				t.Errorf("hosts:\n%s\nwant:\n%s", got["/etc/hosts"], tt.hosts)
			}
			if got["/etc/nsswitch.conf"] != tt.sources {
				t.Errorf("switch:\n%s\nwant:\n%s", got["/etc/nsswitch.conf"], tt.sources)
			}
			if !strings.Contains(got["/etc/resolv.conf"], "nameserver 127.0.0.1\n") {
				t.Errorf("resolver: %s", got["/etc/resolv.conf"])
			}
		})
	}
}

func TestServeNames(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- isolation.ServeNames(conn, func(name string) bool { return strings.HasSuffix(name, ".sharepoint.com") })
	}()
	client, err := net.Dial("udp", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Write([]byte("no question")); err != nil { // and no answer
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		kind    dnsmessage.Type
		code    dnsmessage.RCode
		answers int
	}{
		{"Contoso.sharepoint.com.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, 1},
		{"contoso.sharepoint.com.", dnsmessage.TypeAAAA, dnsmessage.RCodeSuccess, 0},
		{"app.localhost.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, 1},
		{"example.com.", dnsmessage.TypeA, dnsmessage.RCodeNameError, 0},
	} {
		question := dnsmessage.Message{
			Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
			Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(tt.name), Type: tt.kind, Class: dnsmessage.ClassINET}},
		}
		packed, err := question.Pack()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Write(packed); err != nil {
			t.Fatal(err)
		}
		reply := make([]byte, 512)
		n, err := client.Read(reply)
		if err != nil {
			t.Fatal(err)
		}
		var m dnsmessage.Message
		if err := m.Unpack(reply[:n]); err != nil {
			t.Fatal(err)
		}
		if m.ID != 7 || !m.Response || m.RCode != tt.code || len(m.Answers) != tt.answers {
			t.Errorf("%s %s: %+v", tt.name, tt.kind, m)
		}
		for _, a := range m.Answers {
			if body, ok := a.Body.(*dnsmessage.AResource); !ok || body.A != [4]byte{127, 0, 0, 1} {
				t.Errorf("%s leads to %v", tt.name, a.Body)
			}
		}
	}
	conn.Close()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
