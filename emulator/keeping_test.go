package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
)

// restartable is an emulator that is ended and started anew on its state directory.
type restartable struct {
	*emulator.Emulator

	options emulator.Options
}

func startOn(t *testing.T, dir string, change ...func(*emulator.Options)) *restartable {
	t.Helper()
	r := &restartable{options: emulator.Options{HTTP: "127.0.0.1:0", Proxy: "127.0.0.1:0", StateDir: dir}}
	for _, f := range change {
		f(&r.options)
	}
	r.start(t)
	t.Cleanup(func() { r.stop(t) })
	return r
}

func (r *restartable) start(t *testing.T) {
	t.Helper()
	e, err := emulator.New(r.options)
	must(t, err)
	must(t, e.Listen())
	r.Emulator = e
}

func (r *restartable) stop(t *testing.T) {
	t.Helper()
	must(t, r.Shutdown(context.Background()))
}

func (r *restartable) restart(t *testing.T) {
	t.Helper()
	r.stop(t)
	r.start(t)
}

func TestWorldsSurviveARestart(t *testing.T) {
	t.Parallel()
	emu := startOn(t, t.TempDir())
	mark(t, emu.Emulator, "main", "one")
	w, err := emu.Fork("child", "main", true)
	must(t, err)
	mark(t, emu.Emulator, "child", "two")
	must(t, emu.Snapshot("child", "s"))
	mark(t, emu.Emulator, "child", "three")
	if _, err := emu.SetIdle("child", time.Hour); err != nil {
		t.Fatal(err)
	}
	_, err = emu.Fork("gone", "child", false)
	must(t, err)
	must(t, emu.DeleteWorld("gone"))
	before := emu.Worlds()

	emu.restart(t)
	if got := emu.Info().Worlds; !slices.Equal(got, []string{"main", "child"}) {
		t.Fatalf("worlds %v", got)
	}
	now := emu.Worlds()[1]
	if now.Parent != "main" || !now.CreatedAt.Equal(before[1].CreatedAt) || now.Idle != "1h0m0s" || now.Addresses["http"] == "" {
		t.Errorf("it was\n%+v and is\n%+v", w, now)
	}
	if got := marks(t, emu.Emulator, "child"); got != "one two three" {
		t.Errorf("it has %q", got)
	}
	must(t, emu.Restore("child", "s"))
	mark(t, emu.Emulator, "child", "after")
	emu.restart(t)
	if got := marks(t, emu.Emulator, "child"); got != "one two after" {
		t.Errorf("restored to %q", got)
	}
	must(t, emu.Reset("child"))
	must(t, emu.Reset("main"))
	emu.restart(t)
	if got := marks(t, emu.Emulator, "child"); got != "one" {
		t.Errorf("a fork is reset to %q", got)
	}
	if got := marks(t, emu.Emulator, "main"); got != "" {
		t.Errorf("main is reset to %q", got)
	}
}

// TestTokensAndTrustSurviveARestart uses, after a restart, a token of before, a refresh token of before, and a client that
// trusts what it trusted before.
func TestTokensAndTrustSurviveARestart(t *testing.T) {
	t.Parallel()
	emu := startOn(t, t.TempDir())
	client := emu.HTTPClient()
	proxy := emu.Addresses().Proxy
	tokens := signIn(t, client, url.Values{"grant_type": {"password"}, "username": {"megan@contoso.com"}, "password": {"Tennantite1!"}})
	fingerprint := emu.Info().CAFingerprint
	if _, err := emu.Fork("child", "main", false); err != nil {
		t.Fatal(err)
	}
	emu.options.Proxy = strings.TrimPrefix(proxy, "http://")
	client.CloseIdleConnections()
	emu.restart(t)
	if got := emu.Info().CAFingerprint; got != fingerprint {
		t.Errorf("the certificate authority was %s and is %s", fingerprint, got)
	}
	for _, world := range []string{"main", "child"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://graph.microsoft.com/v1.0/me", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+tokens.Access)
		c := client // of before
		if world != "main" {
			c = emu.WorldClient(world)
		}
		answer, err := c.Do(r)
		must(t, err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("world %s answers %s to a token of before", world, answer.Status)
		}
	}
	again := signIn(t, client, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}})
	if again.Access == "" {
		t.Error("the refresh token of before is good for nothing")
	}
}

type tokenPair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// signIn asks for tokens of Contoso as the Tennantite Suite.
func signIn(t *testing.T, client *http.Client, form url.Values) tokenPair {
	t.Helper()
	return signInFor(t, client, form, "https://graph.microsoft.com/User.Read offline_access")
}

func signInFor(t *testing.T, client *http.Client, form url.Values, scope string) (a tokenPair) {
	t.Helper()
	form.Set("client_id", "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10")
	form.Set("client_secret", "tennantite-secret")
	form.Set("scope", scope)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(r)
	must(t, err)
	defer answer.Body.Close()
	must(t, json.NewDecoder(answer.Body).Decode(&a))
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the sign-in answers %s", answer.Status)
	}
	return a
}

// TestExportIsTheSameAfterARestart compares the whole built-in world, byte by byte, and what follows from its seed.
func TestExportIsTheSameAfterARestart(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	emu := startOn(t, t.TempDir(), func(o *emulator.Options) { o.Seed, o.Clock = 7, noon })
	before, err := emu.Export("main")
	must(t, err)
	draw := func() (id string) {
		must(t, emu.Update("main", func(tx *state.Tx) error {
			id = tx.NewID()
			if !tx.Now().Equal(noon) {
				t.Errorf("the clock stands at %s", tx.Now())
			}
			return nil
		}))
		return id
	}
	first := draw()
	emu.options.Seed, emu.options.Clock = 0, time.Time{} // how a world began is its own
	emu.restart(t)
	second := draw()
	if first == second {
		t.Error("an identifier was drawn twice")
	}
	after, err := emu.Export("main")
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Errorf("exported %d bytes before and %d after, and not the same", len(before), len(after))
	}
	other := startOn(t, t.TempDir(), func(o *emulator.Options) { o.Seed, o.Clock = 7, noon })
	emu.Emulator, other.Emulator = other.Emulator, emu.Emulator
	if draw() != first || draw() != second {
		t.Error("with a restart in between the seed leads elsewhere")
	}
	emu.Emulator, other.Emulator = other.Emulator, emu.Emulator
}

func TestImportSurvivesARestart(t *testing.T) {
	t.Parallel()
	emu := startOn(t, t.TempDir())
	text, err := emu.Export("main")
	must(t, err)
	mark(t, emu.Emulator, "main", "before")
	must(t, emu.Import("main", text))
	mark(t, emu.Emulator, "main", "after")
	emu.restart(t)
	if got := marks(t, emu.Emulator, "main"); got != "after" {
		t.Errorf("it has %q", got)
	}
	again, err := emu.Export("main")
	must(t, err)
	if !bytes.Equal(text, again) {
		t.Error("the world is another one")
	}
}

func TestStateDirOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startOn(t, dir)
	if _, err := emulator.New(emulator.Options{StateDir: dir}); err == nil || !strings.Contains(err.Error(), "another process uses it") {
		t.Errorf("a second one gets %v", err)
	}
}
