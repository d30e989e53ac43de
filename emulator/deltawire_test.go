package emulator_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/state"
)

var (
	deltaOperations = flag.Int("delta.operations", 250, "operations of each run of TestWhoeverFollowsDeltasOverTheWire")
	deltaSeed       = flag.Uint64("delta.seed", 0, "a further seed for TestWhoeverFollowsDeltasOverTheWire")
)

// A client that knows nothing but deltas ends equal to the drive, whatever several people do to it meanwhile and however
// the service fails: throttled, cut off, with lost writes, with both kinds of resync, with tokens that have become too old
// or come from a state that the world has left. One follower has the whole library; the other is a guest who may see a
// folder only. Seeds that once failed stay in the list.
func TestWhoeverFollowsDeltasOverTheWire(t *testing.T) {
	t.Parallel()
	seeds := []uint64{1, 2, 3}
	if *deltaSeed != 0 {
		seeds = append(seeds, *deltaSeed)
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			newCrowd(t, seed).run(*deltaOperations)
		})
	}
}

// followed is a client that only follows deltas.
type followed struct {
	who    string // whose token it sends
	scope  string // wire id of the folder, "" for the root
	folder string // the same, as the directory of items names it
	link   string // where to go on; "" to begin
	known  map[string]seen
	fresh  map[string]seen // what a resync has told so far, nil outside of one
}

type seen struct{ parent, name, hash string }

// page asks for one page and takes it in. A failure leaves everything as it was, to be tried again.
func (f *followed) page(c *crowd) (last bool) {
	address := f.link
	if address == "" {
		at := "/root/delta"
		if f.scope != "" {
			at = "/items/" + f.scope + "/delta"
		}
		address = fmt.Sprintf("%s/v1.0/drives/%s%s?$top=%d", graphHost, c.drive, at, 1+c.draw.IntN(9))
	}
	a := c.send(f.who, http.MethodGet, address, "")
	var body struct {
		Value []struct {
			ID, Name        string
			Deleted         *struct{}
			ParentReference struct{ ID string }
			File            *struct{ Hashes struct{ QuickXorHash string } }
		}
		Next  string `json:"@odata.nextLink"`
		Delta string `json:"@odata.deltaLink"`
	}
	switch {
	case a.status == http.StatusGone:
		if f.link = a.header.Get("Location"); f.link == "" {
			c.t.Fatalf("a resync says not where to go on: %s", a.body)
		}
		f.fresh = map[string]seen{}
		return false
	case a.status != http.StatusOK || json.Unmarshal(a.body, &body) != nil:
		c.expected(a)
		return false
	}
	into := f.known
	if f.fresh != nil {
		into = f.fresh
	}
	for _, i := range body.Value {
		if i.Deleted != nil {
			forget(into, i.ID)
			continue
		}
		s := seen{parent: i.ParentReference.ID, name: i.Name}
		if i.File != nil {
			s.hash = i.File.Hashes.QuickXorHash
		}
		into[i.ID] = s
	}
	if body.Next == "" == (body.Delta == "") {
		c.t.Fatalf("a page ends in neither or both links: %s", a.body)
	}
	if f.link = body.Next; f.link != "" {
		return false
	}
	f.link = body.Delta
	if f.fresh != nil {
		f.known, f.fresh = f.fresh, nil // what was not told again is gone
	}
	return true
}

// forget drops an item with all below it, as sync clients do with a folder.
func forget(known map[string]seen, id string) {
	delete(known, id)
	for child, s := range maps.Clone(known) {
		if s.parent == id {
			forget(known, child)
		}
	}
}

// crowd is several people at one library, the followers beside them, and what breaks.
type crowd struct {
	t      *testing.T
	emu    *emulator.Emulator
	draw   *rand.Rand
	client *http.Client
	tokens map[string]string
	drive  string
	site   state.Site
	list   state.List
	whole  *followed
	part   *followed
	shared []string // "item/permission" that can be taken back
	names  int
	failed map[int]int // answers that were no success, by status; 0 is a broken connection
}

const guest, restorer = "carol@fabrikam.com", "adele@contoso.com"

func newCrowd(t *testing.T, seed uint64) *crowd {
	t.Helper()
	emu := emulator.Start(t, func(o *emulator.Options) { o.Clock = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC); o.Seed = seed })
	c := &crowd{
		t: t, emu: emu, draw: rand.New(rand.NewPCG(seed, 5)), tokens: map[string]string{}, failed: map[int]int{},
		client: &http.Client{
			Transport:     &http.Transport{},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	t.Cleanup(c.client.CloseIdleConnections)
	c.token(restorer, "https://contoso.sharepoint.com")
	for _, who := range []string{"megan@contoso.com", "alex@contoso.com", restorer} {
		c.token(who, graphHost)
	}
	var d struct{ ID string }
	c.mustGet("megan@contoso.com", graphHost+"/v1.0/sites/contoso.sharepoint.com:/sites/project-x:/drive", &d)
	c.drive = d.ID
	var specs struct{ ID string }
	c.mustGet("megan@contoso.com", graphHost+"/v1.0/drives/"+d.ID+"/root:/Specs", &specs)
	c.must("megan@contoso.com", http.MethodPost, graphHost+"/v1.0/drives/"+d.ID+"/items/"+specs.ID+"/invite",
		`{"recipients":[{"email":"`+guest+`"}],"roles":["read"],"requireSignIn":true,"sendInvitation":true}`)
	c.control(http.MethodPost, "/redemptions", `{"as":"`+guest+`","url":"`+c.invitation()+`"}`)
	c.token(guest, graphHost)
	c.whole = &followed{who: "megan@contoso.com", known: map[string]seen{}}
	c.part = &followed{who: guest, scope: specs.ID, known: map[string]seen{}}
	c.read(func(tx *state.Tx) {
		tenant, _ := tx.TenantByDomain("contoso.com")
		at, err := drive.PlaceAt(tx, tenant.ID, false, "/sites/project-x/Shared Documents/Specs")
		if err != nil {
			t.Fatal(err)
		}
		c.site, c.list = at.Site, at.List
		c.part.folder = at.Item.ID
		c.whole.folder = drive.Root(tx, at.List).ID
	})
	return c
}

func (c *crowd) read(f func(*state.Tx)) {
	if err := c.emu.View(emulator.MainWorld, func(tx *state.Tx) error { f(tx); return nil }); err != nil {
		c.t.Fatal(err)
	}
}

// invitation is the link in the newest mail.
func (c *crowd) invitation() string {
	var m struct {
		Links []struct{ URL string }
	}
	if err := json.Unmarshal(c.control(http.MethodGet, "/mail/latest?to="+guest, ""), &m); err != nil || len(m.Links) == 0 {
		c.t.Fatalf("no invitation: %v", err)
	}
	return m.Links[0].URL
}

func (c *crowd) token(who, resource string) {
	const forever = 10 * 365 * 24 * 3600
	body := fmt.Sprintf(`{"as":%q,"app":%q,"tenant":"contoso.com","resource":%q,"expiresIn":%d}`, who, suite, resource, forever)
	var a struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(c.control(http.MethodPost, "/tokens", body), &a); err != nil {
		c.t.Fatal(err)
	}
	c.tokens[who+" "+resource] = a.Token
}

func (c *crowd) control(method, path, body string) []byte {
	a, err := c.do(method, c.emu.Addresses().HTTP+"/_tennantite/v1"+path, "", "", body)
	if err != nil || a.status >= http.StatusBadRequest {
		c.t.Fatalf("%s %s: %v %d %s", method, path, err, a.status, a.body)
	}
	return a.body
}

// told is an answer; status 0 where there was none.
type told struct {
	status int
	header http.Header
	body   []byte
	about  string
}

// send asks an emulated host, named by the address, as somebody.
func (c *crowd) send(who, method, address, body string) told {
	u, err := url.Parse(address)
	if err != nil {
		c.t.Fatal(err)
	}
	token := c.tokens[who+" "+u.Scheme+"://"+u.Host]
	a, err := c.do(method, c.emu.Addresses().HTTP+u.RequestURI(), u.Host, token, body)
	if err != nil {
		a = told{}
	}
	a.about = method + " " + address
	return a
}

func (c *crowd) do(method, address, host, token, body string) (told, error) {
	r, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	if err != nil {
		return told{}, err
	}
	r.Host = host
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return told{}, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	return told{status: answer.StatusCode, header: answer.Header, body: b}, err
}

func (c *crowd) must(who, method, address, body string) []byte {
	c.t.Helper()
	a := c.send(who, method, address, body)
	if a.status == 0 || a.status >= http.StatusBadRequest {
		c.t.Fatalf("%s: %d %s", a.about, a.status, a.body)
	}
	return a.body
}

func (c *crowd) mustGet(who, address string, out any) {
	c.t.Helper()
	if err := json.Unmarshal(c.must(who, http.MethodGet, address, ""), out); err != nil {
		c.t.Fatal(err)
	}
}

// expected counts a failure, and ends the test at one that nobody asked for.
func (c *crowd) expected(a told) {
	c.failed[a.status]++
	switch a.status {
	case 0, http.StatusOK, http.StatusCreated, http.StatusAccepted: // cut off in the middle, or in the body
	case http.StatusTooManyRequests, http.StatusServiceUnavailable: // by a rule
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusLocked:
	default:
		c.t.Fatalf("%s: %d %s", a.about, a.status, a.body)
	}
}
