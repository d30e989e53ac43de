package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// killsVariable says how often TestKill kills; `make kill` sets it.
const killsVariable = "TENNANTITE_TEST_KILLS"

// TestKill kills the program at random moments while clients write and read, and starts it again on the same state
// directory: everything that was answered is there.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := 4
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	s := &survivor{dir: t.TempDir(), home: t.TempDir()}
	var all []claim
	const enough, patience = 5, 10 // answers a kill; a slow machine is killed before it has answered anything
	for n := 0; n < kills || len(all) < enough*kills && n < patience*kills; n++ {
		stop := s.start(t)
		if n == 0 {
			s.token = s.signIn(t)
		}
		s.check(t, sample(dice, all))
		claims := s.write(t, func() {
			const shortest, longest = 5, 250
			<-time.NewTimer(time.Duration(shortest+dice.IntN(longest)) * time.Millisecond).C
			stop()
		})
		all = append(all, claims...)
	}
	stop := s.start(t)
	defer stop()
	s.check(t, all)
	counts := map[string]int{}
	for _, c := range all {
		counts[c.what]++
	}
	t.Logf("at least %d kills, %d answers: %v", kills, len(all), counts)
	if len(all) < enough*kills {
		t.Errorf("only %d answers were had", len(all))
	}
}

// sample is what is checked between two kills: the newest claims, and some of the older ones.
func sample(dice *rand.Rand, all []claim) []claim {
	const newest, older = 300, 100
	if len(all) <= newest+older {
		return all
	}
	some := append([]claim(nil), all[len(all)-newest:]...)
	for range older {
		some = append(some, all[dice.IntN(len(all)-newest)])
	}
	return some
}

// claim is something that an answer said: what is asked and must be in the answer ever after.
type claim struct {
	what, host, path string
	contains         string
}

// survivor is a program that is killed again and again.
type survivor struct {
	dir, home, token string
	trust            *x509.CertPool // of the first start
	client           *http.Client
}

// start starts the program and returns what kills it and waits for its end.
func (s *survivor) start(t *testing.T) (kill func()) {
	t.Helper()
	addresses := filepath.Join(t.TempDir(), "addresses.json")
	cmd := exec.Command("tennantite", "serve", "--state-dir", s.dir, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--proxy=", "--addr-file", addresses)
	cmd.Env = append(os.Environ(), "HOME="+s.home, "XDG_CACHE_HOME="+s.home, "LocalAppData="+s.home)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill() // it may have ended by itself, which the claims show
		_ = cmd.Wait()         // killed
	})
	t.Cleanup(kill)
	if _, err := out.Read(make([]byte, 1)); err != nil { // the ready line
		kill()
		t.Fatalf("it does not start: %s", complaint.String())
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // it ends with the program
	text, err := os.ReadFile(addresses)
	var a struct{ HTTP, HTTPS string }
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.trust == nil {
		s.trust = authority(t, a.HTTP)
	}
	s.client = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(a.HTTPS, "https://"))
		},
		TLSClientConfig:     &tls.Config{RootCAs: s.trust, MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost: 20,
	}}
	return kill
}

// authority is the program's certificate authority.
func authority(t *testing.T, address string) *x509.CertPool {
	t.Helper()
	a, err := http.Get(address + "/_tennantite/v1/ca.pem") //nolint:noctx // it ends with the program
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(text) {
		t.Fatalf("no certificate authority: %s, %v", text, err)
	}
	return pool
}

const (
	graphHost = "graph.microsoft.com"
	ownHost   = "localhost"
	sentType  = "application/json"
)

// ask sends a request; ok is whether it was answered with success, and wholly.
func (s *survivor) ask(method, host, path, contentType, body string) (answer string, ok bool) {
	r, err := http.NewRequest(method, "https://"+host+path, strings.NewReader(body)) //nolint:noctx // it ends with the program
	if err != nil {
		return err.Error(), false
	}
	r.Header.Set("Content-Type", contentType)
	if host != ownHost && s.token != "" && !strings.Contains(path, "uploadSession") {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	if contentType == "" && strings.HasPrefix(body, "part") {
		r.Header.Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(body)-1, 4*len(body)))
	}
	a, err := s.client.Do(r)
	if err != nil {
		return err.Error(), false
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	return a.Status + " " + string(text), err == nil && a.StatusCode < http.StatusMultipleChoices
}

// signIn gets a token, which is to be good through all the kills.
func (s *survivor) signIn(t *testing.T) string {
	t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"},
		"client_secret": {"tennantite-secret"}, "scope": {"https://graph.microsoft.com/.default"},
	}
	text, ok := s.ask(http.MethodPost, "login.microsoftonline.com", "/contoso.com/oauth2/v2.0/token", "application/x-www-form-urlencoded", form.Encode())
	token := member(text, "access_token")
	if !ok || token == "" {
		t.Fatalf("no token: %s", text)
	}
	return token
}

// member finds a text member of an answer, wherever in it.
func member(answer, name string) string {
	_, rest, _ := strings.Cut(answer, `"`+name+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// write lets clients write and read until the program is killed, and returns what they were answered.
func (s *survivor) write(t *testing.T, kill func()) (all []claim) {
	t.Helper()
	var mu sync.Mutex
	var clients sync.WaitGroup
	for _, act := range []func(n string) (claim, bool){s.makeUser, s.makeUser, s.invite, s.upload, s.beginUpload, s.readMail, s.fork} {
		clients.Go(func() {
			for {
				c, ok := act(strconv.FormatUint(rand.Uint64(), 36))
				if !ok {
					if _, alive := s.ask(http.MethodGet, ownHost, "/livez", "", ""); alive && c.what != "nothing yet" {
						t.Errorf("refused: %s", c.contains)
					} else if !alive {
						return
					}
					continue
				}
				mu.Lock()
				all = append(all, c)
				mu.Unlock()
			}
		})
	}
	kill()
	clients.Wait()
	return all
}

func (s *survivor) makeUser(n string) (claim, bool) {
	body := fmt.Sprintf(`{"accountEnabled": true, "displayName": "User %[1]s", "mailNickname": "u%[1]s", "userPrincipalName": "u%[1]s@contoso.com",
		"passwordProfile": {"password": "Tennantite1!"}}`, n)
	text, ok := s.ask(http.MethodPost, graphHost, "/v1.0/users", sentType, body)
	return claim{"user", graphHost, "/v1.0/users/u" + n + "@contoso.com", either(ok, "User "+n, text)}, ok
}

func (s *survivor) invite(n string) (claim, bool) {
	body := fmt.Sprintf(`{"invitedUserEmailAddress": "g%s@example.com", "inviteRedirectUrl": "https://example.com", "sendInvitationMessage": true}`, n)
	text, ok := s.ask(http.MethodPost, graphHost, "/v1.0/invitations", sentType, body)
	_, user, _ := strings.Cut(text, `"invitedUser":`)
	return claim{"guest", graphHost, "/v1.0/users/" + member(user, "id"), either(ok, "g"+n+"@example.com", text)}, ok
}

func (s *survivor) upload(n string) (claim, bool) {
	path := "/v1.0/users/megan@contoso.com/drive/root:/" + n + ".txt:/content"
	body := strings.Repeat("content of "+n+"\n", 2000)
	text, ok := s.ask(http.MethodPut, graphHost, path, "text/plain", body)
	return claim{"file", graphHost, path, either(ok, body, text)}, ok
}

// beginUpload sends the first part of a large file.
func (s *survivor) beginUpload(n string) (claim, bool) {
	text, ok := s.ask(http.MethodPost, graphHost, "/v1.0/users/megan@contoso.com/drive/root:/large-"+n+":/createUploadSession", sentType, "{}")
	if !ok {
		return claim{contains: text}, false
	}
	u, err := url.Parse(member(text, "uploadUrl"))
	if err != nil || u.Host == "" {
		return claim{contains: text}, false
	}
	const unit = 320 << 10
	text, ok = s.ask(http.MethodPut, u.Host, u.RequestURI(), "", "part"+strings.Repeat("x", unit-4))
	return claim{"part of a file", u.Host, u.RequestURI(), either(ok, fmt.Sprintf(`"nextExpectedRanges":["%d-`, unit), text)}, ok
}

// readMail reads the newest mail: what somebody has seen stays, too.
func (s *survivor) readMail(string) (claim, bool) {
	text, ok := s.ask(http.MethodGet, ownHost, "/_tennantite/v1/mail/latest", "", "")
	if !ok {
		return claim{what: "nothing yet", contains: text}, false
	}
	id := member(text, "id")
	return claim{"mail", ownHost, "/_tennantite/v1/mail/" + id, id}, id != ""
}

// fork makes a world.
func (s *survivor) fork(n string) (claim, bool) {
	text, ok := s.ask(http.MethodPost, ownHost, "/_tennantite/v1/worlds", sentType, `{"name": "w`+n+`"}`)
	return claim{"world", ownHost, "/_tennantite/v1/worlds", either(ok, `"w`+n+`"`, text)}, ok
}

func either(ok bool, a, b string) string {
	if ok {
		return a
	}
	return b
}

// check asks for all that was claimed.
func (s *survivor) check(t *testing.T, claims []claim) {
	t.Helper()
	const clients = 8
	var wg sync.WaitGroup
	for first := range clients {
		wg.Go(func() {
			for n := first; n < len(claims); n += clients {
				c := claims[n]
				if text, ok := s.ask(http.MethodGet, c.host, c.path, "", ""); !ok || !strings.Contains(text, c.contains) {
					t.Errorf("the %s at %s%s is gone: %.300s", c.what, c.host, c.path, text)
				}
			}
		})
	}
	wg.Wait()
}
