package syncclient_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/syncclient"
)

const (
	contoso  = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"
	password = "Tennantite1!"
	site     = "https://contoso.sharepoint.com/sites/project-x"
)

// partner is an emulator in whose site carol of the other organisation shares a folder.
type partner struct {
	t      *testing.T
	emu    *emulator.Emulator
	client *http.Client
	owner  string // adele's token for Graph
	drive  string
}

func newPartner(t *testing.T) *partner {
	t.Helper()
	emu := emulator.Start(t)
	p := &partner{t: t, emu: emu, client: emu.HTTPClient()}
	p.owner = p.control("POST", "tokens", map[string]any{"as": "adele@contoso.com", "tenant": contoso, "resource": "https://graph.microsoft.com"})["access_token"].(string)
	p.drive = p.graph("GET", "/sites/contoso.sharepoint.com:/sites/project-x:/drive", nil)["id"].(string)
	return p
}

func (p *partner) control(method, path string, body any) map[string]any {
	p.t.Helper()
	return p.send(method, p.emu.Addresses().HTTP+"/_tennantite/v1/"+path, "", body)
}

func (p *partner) graph(method, path string, body any) map[string]any {
	p.t.Helper()
	return p.send(method, "https://graph.microsoft.com/v1.0"+path, p.owner, body)
}

func (p *partner) send(method, address, token string, body any) map[string]any {
	p.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			p.t.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, address, in)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		p.t.Fatalf("%s %s: %s\n%s", method, address, res.Status, text)
	}
	var out map[string]any
	if len(text) > 0 && json.Unmarshal(text, &out) != nil {
		out = map[string]any{"text": string(text)}
	}
	return out
}

// share shares a folder of the site with carol, who redeems.
func (p *partner) share(path, role string) {
	p.t.Helper()
	p.graph("POST", "/drives/"+p.drive+"/root:/"+path+":/invite", map[string]any{
		"recipients": []any{map[string]any{"email": "carol@fabrikam.com"}}, "requireSignIn": true, "sendInvitation": true, "roles": []string{role},
	})
	mail := p.control("GET", "mail/latest?to=carol@fabrikam.com", nil)
	for _, l := range mail["links"].([]any) {
		link := l.(map[string]any)
		p.control("POST", "redemptions", map[string]any{"url": link["url"], "as": "carol@fabrikam.com", "password": password})
		return
	}
	p.t.Fatalf("no link in the mail: %v", mail)
}

// eligible is the odopen: address for carol.
func (p *partner) eligible(path string) string {
	p.t.Helper()
	place := site + "/Shared Documents/" + path
	answer := p.control("GET", "sync/eligibility?user=carol@fabrikam.com&url="+url.QueryEscape(strings.ReplaceAll(place, " ", "%20")), nil)
	address, _ := answer["odopen"].(string)
	if address == "" {
		p.t.Fatalf("not eligible: %v", answer)
	}
	return address
}

func (p *partner) put(path, text string) {
	p.t.Helper()
	p.graph("PUT", "/drives/"+p.drive+"/root:/"+path+":/content", text)
}

func (p *partner) remove(path string) {
	p.t.Helper()
	p.graph("DELETE", "/drives/"+p.drive+"/root:/"+path, nil)
}

func (p *partner) fetch(path string) string {
	p.t.Helper()
	i := p.graph("GET", "/drives/"+p.drive+"/root:/"+path, nil)
	res, err := p.client.Get(i["@microsoft.graph.downloadUrl"].(string))
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// open opens the mirror of an odopen: address as carol.
func (p *partner) open(dir, address string, progress func(syncclient.Event)) (*syncclient.Folder, error) {
	p.t.Helper()
	target, err := syncclient.ParseTarget(address)
	if err != nil {
		p.t.Fatal(err)
	}
	f, err := syncclient.Open(p.t.Context(), target, syncclient.Options{Dir: dir, Client: p.client, Password: password, Progress: progress})
	if f != nil {
		p.t.Cleanup(func() { _ = f.Close() })
	}
	return f, err
}

func round(t *testing.T, f *syncclient.Folder) {
	t.Helper()
	if err := f.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, path, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || string(b) != text {
		t.Errorf("%s: %q, %v; want %q", filepath.Base(path), b, err, text)
	}
}

func gone(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there", path)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAGuestSyncsAFolderBothWays(t *testing.T) {
	t.Parallel()
	p := newPartner(t)
	p.share("Specs", "write")
	dir := t.TempDir()
	f, err := p.open(dir, p.eligible("Specs"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := filepath.Rel(dir, f.Dir()); got != filepath.Join("Contoso", "Project X - Specs") {
		t.Errorf("the mirror stands in %s", got)
	}
	round(t, f)
	want(t, filepath.Join(f.Dir(), "Design.md"), "# Design\n\nOne binary, two organisations.\n")
	gone(t, filepath.Join(f.Dir(), "Readme.txt"))

	big := strings.Repeat("0123456789abcdef", 400_000) // above the size of one piece
	write(t, filepath.Join(f.Dir(), "new folder", "big & odd #1.bin"), big)
	write(t, filepath.Join(f.Dir(), "Interface.md"), "changed here")
	if err := os.Remove(filepath.Join(f.Dir(), "Design.md")); err != nil {
		t.Fatal(err)
	}
	round(t, f)
	if p.fetch("Specs/new%20folder/big%20&%20odd%20%231.bin") != big || p.fetch("Specs/Interface.md") != "changed here" {
		t.Error("the other side has not what was made here")
	}

	p.put("Specs/Interface.md", "changed there")
	p.graph("PATCH", "/drives/"+p.drive+"/root:/Specs/new%20folder", map[string]any{"name": "renamed"})
	p.put("Specs/renamed/small.txt", "small")
	round(t, f)
	want(t, filepath.Join(f.Dir(), "Interface.md"), "changed there")
	want(t, filepath.Join(f.Dir(), "renamed", "small.txt"), "small")
	gone(t, filepath.Join(f.Dir(), "new folder"))
	p.remove("Specs/renamed")
	round(t, f)
	gone(t, filepath.Join(f.Dir(), "renamed"))
}

func TestWhatBothSidesChangedIsKeptTwice(t *testing.T) {
	t.Parallel()
	p := newPartner(t)
	p.share("Specs", "write")
	f, err := p.open(t.TempDir(), p.eligible("Specs"), nil)
	if err != nil {
		t.Fatal(err)
	}
	round(t, f)
	write(t, filepath.Join(f.Dir(), "Design.md"), "mine")
	p.put("Specs/Design.md", "theirs")
	round(t, f)
	want(t, filepath.Join(f.Dir(), "Design.md"), "theirs")
	want(t, filepath.Join(f.Dir(), "Design (conflict 1).md"), "mine")
	if got := p.fetch("Specs/Design%20(conflict%201).md"); got != "mine" {
		t.Errorf("the other side has %q", got)
	}

	write(t, filepath.Join(f.Dir(), "Interface.md"), "changed after it was deleted there")
	p.remove("Specs/Interface.md")
	round(t, f)
	if got := p.fetch("Specs/Interface.md"); got != "changed after it was deleted there" {
		t.Errorf("a change was lost: %q", got)
	}
}

func TestAccessThatIsTakenAwayLeavesWhatIsHere(t *testing.T) {
	t.Parallel()
	p := newPartner(t)
	p.share("Specs", "read")
	refused := 0
	f, err := p.open(t.TempDir(), p.eligible("Specs"), func(e syncclient.Event) {
		if e.Kind == syncclient.Refused {
			refused++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(f.Dir(), "own.txt"), "may not go there")
	round(t, f)
	if refused == 0 {
		t.Error("a reader's file was taken")
	}
	list := p.graph("GET", "/drives/"+p.drive+"/root:/Specs:/permissions", nil)
	for _, v := range list["value"].([]any) {
		if g := fmt.Sprint(v); strings.Contains(g, "carol") {
			p.graph("DELETE", "/drives/"+p.drive+"/root:/Specs:/permissions/"+v.(map[string]any)["id"].(string), nil)
		}
	}
	if err := f.Round(t.Context()); !errors.Is(err, syncclient.ErrNoAccess) {
		t.Errorf("error %v", err)
	}
	want(t, filepath.Join(f.Dir(), "Design.md"), "# Design\n\nOne binary, two organisations.\n")
	want(t, filepath.Join(f.Dir(), "own.txt"), "may not go there")
}

func TestThrottlingAndResyncAreSurvived(t *testing.T) {
	t.Parallel()
	p := newPartner(t)
	p.share("Specs", "write")
	kinds := make(map[syncclient.Kind]int)
	f, err := p.open(t.TempDir(), p.eligible("Specs"), func(e syncclient.Event) { kinds[e.Kind]++ })
	if err != nil {
		t.Fatal(err)
	}
	round(t, f)
	p.put("Specs/late.txt", "late")
	p.remove("Specs/Interface.md")
	p.control("PUT", "faults", map[string]any{"rules": []any{
		map[string]any{"match": map[string]any{"host": "graph.microsoft.com", "method": "GET"}, "effect": map[string]any{"status": 429, "retryAfter": 0}, "limit": map[string]any{"times": 2}},
		map[string]any{"match": map[string]any{"host": "graph.microsoft.com", "path": "*/delta*"}, "effect": map[string]any{"resync": "resyncChangesApplyDifferences"}, "limit": map[string]any{"times": 1}},
	}})
	round(t, f)
	if kinds[syncclient.Waiting] == 0 || kinds[syncclient.Resync] != 1 {
		t.Errorf("events %v", kinds)
	}
	want(t, filepath.Join(f.Dir(), "late.txt"), "late")
	gone(t, filepath.Join(f.Dir(), "Interface.md"))
}

func TestAStrangerHasNoAccess(t *testing.T) {
	t.Parallel()
	p := newPartner(t)
	p.share("Specs", "write")
	target, err := syncclient.ParseTarget(p.eligible("Specs"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = syncclient.Open(context.Background(), target, syncclient.Options{Dir: t.TempDir(), Client: p.client, User: "dave@fabrikam.com", Password: password})
	if !errors.Is(err, syncclient.ErrNoAccess) {
		t.Errorf("error %v", err)
	}
	var refused *syncclient.SignInError
	_, err = syncclient.Open(context.Background(), target, syncclient.Options{Dir: t.TempDir(), Client: p.client, Password: "wrong"})
	if errors.Is(err, syncclient.ErrNoAccess) || !errors.As(err, &refused) {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "https://contoso.sharepoint.com", "odopen://other/?webUrl=x", "odopen://sync/?webUrl=https://x"} {
		if _, err := syncclient.ParseTarget(bad); !errors.Is(err, syncclient.ErrTarget) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	got, err := syncclient.ParseTarget("odopen://sync?siteId=%7BA%7D&webId=%7Bb%7D&listId=%7Bc%7D&webUrl=https%3A%2F%2Fx&scope=OPENFOLDER&folderId=%7Bd%7D&future=1")
	if err != nil || got.SiteID != "a" || got.FolderID != "d" {
		t.Errorf("%+v, %v", got, err)
	}
}
