package graphapi_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/fixtures"
	"github.com/tennantite/tennantite/graphapi"
	"github.com/tennantite/tennantite/tokens"
)

var update = flag.Bool("update", false, "write the answers of testdata/*.txt anew")

// A transcript is a conversation with the face of the built-in world, seeded and at one moment: requests, each with its
// golden answer.
//
//	# a comment
//	as megan | nobody | app              who asks from here on; a name of contoso's people
//	> Prefer: return=minimal             a header of the next request
//	GET /v1.0/me?$select=id              a request; an address in full goes to that host; JSON follows the path, other text behind " | ", bytes behind " |base64 "
//	< 200                                the answer: status, telling headers, body; -update writes it
//	@ id = value/0/id                    keeps a part of the answer: {id} stands for it from here on
//	@ s = uploadUrl after Sessions/      keeps what stands behind that text
type transcript struct {
	tb     testing.TB
	face   http.Handler
	store  *state.Store
	tokens *tokens.Service
	tenant state.Tenant

	bearer     string
	header     map[string]string
	vars       map[string]string
	last       []byte
	lastHeader http.Header
}

var transcriptKey = sync.OnceValue(func() []byte {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k)})
})

// operations are all that the tree declares.
func operations() []odata.Declared {
	all, err := graphapi.Operations()
	if err != nil {
		panic(err)
	}
	return all
}

// permissions are all that some operation takes.
var permissions = sync.OnceValue(func() []string {
	var all []string
	for _, o := range operations() {
		for _, p := range append(o.Delegated, o.Application...) {
			if !strings.Contains(p, " ") && !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
})

// echo takes every handshake.
type echo struct{}

func (echo) Validate(string, string) error { return nil }

func newTranscript(tb testing.TB) *transcript {
	tb.Helper()
	pool, err := tokens.NewPool(tokens.PoolOptions{PEM: transcriptKey()})
	if err != nil {
		tb.Fatal(err)
	}
	start := time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	t := &transcript{
		tb: tb, tokens: &tokens.Service{Keys: pool}, vars: map[string]string{},
		store: state.New(state.Options{Now: func() time.Time { return start }, Seed: 1}),
	}
	m := fixtures.Loader{B2B: b2b.Manager{}, Sharing: sharing.Manager{B2B: b2b.Manager{}}, Groups: collaboration.Manager{}}
	t.face, err = graphapi.New(graphapi.Options{Tokens: t.tokens, B2B: m.B2B, Sharing: m.Sharing, Groups: m.Groups, Webhooks: echo{}})
	if err != nil {
		tb.Fatal(err)
	}
	source, _ := fixtures.Builtin(fixtures.Default)
	err = t.store.Update(func(tx *state.Tx) error {
		tokens.Bind(tx, "main")
		if err := m.Load(tx, source); err != nil {
			return err
		}
		t.tenant, _ = tx.TenantByDomain("contoso.com")
		tx.PutSignIn(state.SignIn{TenantID: t.tenant.ID, ID: "5a1e6c1e-0000-4000-8000-000000000000", At: tx.Now(), UPN: "carol@fabrikam.com"})
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// as changes who asks.
func (t *transcript) as(name string) {
	t.tb.Helper()
	t.bearer = ""
	if name == "nobody" {
		return
	}
	m := tokens.MintRequest{TenantID: t.tenant.ID, Resource: "https://graph.microsoft.com", AppID: "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"}
	if name == "app" {
		m.Roles = permissions()
	} else {
		m.As, m.Scopes = name+"@contoso.com", permissions()
		if name == "admin" {
			m.As = "admin@contoso.onmicrosoft.com"
		}
		if strings.Contains(name, "@") {
			m.As = name
		}
	}
	err := t.store.Update(func(tx *state.Tx) error {
		minted, err := t.tokens.Mint(tx, m)
		t.bearer = minted.Token
		return err
	})
	if err != nil {
		t.tb.Fatalf("as %s: %v", name, err)
	}
}

var variable = regexp.MustCompile(`\{[a-zA-Z][a-zA-Z0-9]*\}`)

func (t *transcript) filled(s string) string {
	return variable.ReplaceAllStringFunc(s, func(name string) string {
		v, ok := t.vars[name[1:len(name)-1]]
		if !ok {
			t.tb.Fatalf("%s stands for nothing", name)
		}
		return v
	})
}

// ask sends a request and returns its answer as the transcript writes it.
func (t *transcript) ask(line string) []string {
	t.tb.Helper()
	method, rest, _ := strings.Cut(t.filled(line), " ")
	address, body := split(rest)
	if strings.HasPrefix(address, "/") {
		address = "https://graph.microsoft.com" + address
	}
	req := httptest.NewRequest(method, address, strings.NewReader(body))
	if strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/json")
	}
	if t.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+t.bearer)
	}
	for n, v := range t.header {
		req.Header.Set(n, v)
	}
	t.header = nil
	place, ok := links.Resolve("https", req.Host, "")
	if !ok {
		t.tb.Fatalf("%s is not emulated", req.Host)
	}
	rec := httptest.NewRecorder()
	t.face.ServeHTTP(rec, req.WithContext(links.NewContext(state.NewContext(req.Context(), t.store), place)))
	t.last, t.lastHeader = rec.Body.Bytes(), rec.Header()
	return written(rec)
}

// split takes a body off an address, and escapes the address's blanks and quotes.
func split(s string) (address, body string) {
	if i := strings.Index(s, " {"); i >= 0 {
		s, body = s[:i], s[i+1:]
	} else if i := strings.Index(s, " | "); i >= 0 {
		s, body = s[:i], s[i+3:]
	} else if i := strings.Index(s, " |base64 "); i >= 0 {
		b, _ := base64.StdEncoding.DecodeString(s[i+len(" |base64 "):]) // a typing mistake shows in the answer
		s, body = s[:i], string(b)
	}
	return strings.NewReplacer(" ", "%20", `"`, "%22").Replace(s), body
}

// mostLines is how much of a body a transcript shows.
const mostLines = 40

// written is an answer as the transcript writes it.
func written(rec *httptest.ResponseRecorder) []string {
	lines := []string{strconv.Itoa(rec.Code)}
	for _, name := range []string{"Location", "ETag", "Preference-Applied", "Retry-After", "WWW-Authenticate"} {
		if v := rec.Header().Get(name); v != "" {
			lines = append(lines, name+": "+v)
		}
	}
	b := rec.Body.Bytes()
	if !strings.Contains(rec.Header().Get("Content-Type"), "json") {
		if len(b) > 0 {
			lines = append(lines, "Content-Type: "+rec.Header().Get("Content-Type"), strconv.QuoteToASCII(string(b)))
		}
		return lines
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, bytes.TrimSpace(b), "", "  "); err != nil {
		return append(lines, "no JSON: "+err.Error())
	}
	body := strings.Split(pretty.String(), "\n")
	if len(body) > mostLines {
		sum := sha256.Sum256([]byte(masked(strings.Join(body[mostLines:], "\n"))))
		body = append(body[:mostLines], fmt.Sprintf("… %d further lines, %s", len(body)-mostLines, hex.EncodeToString(sum[:4])))
	}
	return append(lines, body...)
}

// keep stores a part of the last answer: a path through its JSON, or header:Name.
func (t *transcript) keep(line string) {
	t.tb.Helper()
	name, path, _ := strings.Cut(line, "=")
	name, path = strings.TrimSpace(name), strings.TrimSpace(path)
	path, after, _ := strings.Cut(path, " after ")
	if header, ok := strings.CutPrefix(path, "header:"); ok {
		t.vars[name] = behind(t.lastHeader.Get(header), after)
		return
	}
	var v any
	if err := json.Unmarshal(t.last, &v); err != nil {
		t.tb.Fatalf("%s: the answer is no JSON", line)
	}
	for part := range strings.SplitSeq(path, "/") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(x) {
				t.tb.Fatalf("%s: there is no %s", line, part)
			}
			v = x[i]
		}
	}
	s, ok := v.(string)
	if !ok {
		t.tb.Fatalf("%s: %v is no text in\n%s", line, v, t.last)
	}
	t.vars[name] = behind(s, after)
}

// behind is what stands in a text behind another one.
func behind(s, after string) string {
	_, s, _ = strings.Cut(s, after)
	return s
}

var drawn = regexp.MustCompile(`(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|b![A-Za-z0-9_-]{64}|\b01[A-Z2-7]{32}\b|"[A-Za-z0-9_-]{40,43}"|/[A-Za-z0-9_-]{43}\b`)

// hint is the beginning of a secret.
var hint = regexp.MustCompile(`"hint": "[^"]*"`)

// masked numbers the ids that the world drew in the order in which they appear, so that a rule that draws one more does
// not change every transcript; those that are the fixture's or the service's own stay.
func masked(text string) string {
	names := map[string]string{}
	text = hint.ReplaceAllString(text, `"hint": "{hint}"`)
	return drawn.ReplaceAllStringFunc(text, func(id string) string {
		bare := strings.Trim(id, `"/`)
		if lower := strings.ToLower(bare); uuid.Validate(lower) == nil {
			bare, id = lower, lower
		}
		if kept()[bare] || !strings.ContainsAny(bare, "0123456789") { // a long property name is no secret
			return id
		}
		if names[bare] == "" {
			names[bare] = fmt.Sprintf("{id-%d}", len(names)+1)
		}
		return strings.Replace(id, bare, names[bare], 1)
	})
}

// kept are the ids that are the same in every world.
var kept = sync.OnceValue(func() map[string]bool {
	ids := map[string]bool{state.ConsumersTenantID: true, directory.GraphAppID: true, directory.SharePointAppID: true}
	for _, id := range []string{directory.GuestsAsMembers, directory.GuestsLimited, directory.GuestsRestricted} {
		ids[id] = true
	}
	for _, t := range directory.RoleTemplates() {
		ids[t.ID] = true
	}
	for _, s := range directory.SKUs() {
		ids[s.ID] = true
	}
	for _, p := range directory.ServicePlans() {
		ids[p.ID] = true
	}
	source, _ := fixtures.Builtin(fixtures.Default)
	for _, id := range drawn.FindAllString(string(source.Text), -1) {
		ids[id] = true
	}
	for _, appID := range []string{directory.GraphAppID, directory.SharePointAppID} {
		r, _ := directory.ResourceByAppID(nil, appID)
		for _, s := range r.Scopes {
			ids[s.ID] = true
		}
		for _, a := range r.AppRoles {
			ids[a.ID] = true
		}
	}
	return ids
})

// secrets are what opaque parts of addresses look like.
var secrets = regexp.MustCompile(`((?:skip|delta)token=|token=|tempauth=|ticket%3d)[A-Za-z0-9_.%-]+`)

// play runs a transcript and returns it with the answers that came. What the world drew is numbered in them.
func (t *transcript) play(text string) string {
	t.tb.Helper()
	var out, answers []string
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "<") {
			continue
		}
		out = append(out, line)
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "", "#":
		case "as":
			t.as(rest)
		case ">":
			name, value, _ := strings.Cut(rest, ": ")
			if t.header == nil {
				t.header = map[string]string{}
			}
			t.header[name] = t.filled(value)
		case "@":
			t.keep(rest)
		default:
			answers = append(answers, strings.Join(t.ask(line), "\n"))
			out = append(out, "<")
		}
	}
	const between = "\x00"
	masked := masked(secrets.ReplaceAllString(strings.Join(answers, between), "${1}{token}"))
	answers = strings.Split(masked, between)
	for i, line := range out {
		if line == "<" {
			out[i] = "< " + strings.ReplaceAll(answers[0], "\n", "\n< ")
			answers = answers[1:]
		}
	}
	return strings.Join(out, "\n") + "\n"
}

// TestTranscripts plays every transcript.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := newTranscript(t).play(string(want))
			switch {
			case got == string(want):
			case *update:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil { //nolint:gosec // a test file of the repository
					t.Fatal(err)
				}
			default:
				t.Error(difference(string(want), got))
			}
		})
	}
}

// difference is the first line in which two texts differ.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range g {
		if i >= len(w) || w[i] != g[i] {
			was := "nothing"
			if i < len(w) {
				was = w[i]
			}
			return fmt.Sprintf("line %d is\n\t%s\nand was\n\t%s", i+1, g[i], was)
		}
	}
	return "the end is missing"
}

// shown are the operations of which a golden answer in testdata shows a success.
func shown(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := ""
		for line := range strings.SplitSeq(string(text), "\n") {
			if status, ok := strings.CutPrefix(strings.Replace(line, "<<< ", "< ", 1), "< "); ok && name != "" {
				operations[name] = operations[name] || strings.HasPrefix(status, "2") || strings.HasPrefix(status, "3") || strings.HasPrefix(name, "invitation") && status == "404"
				name = ""
				continue
			}
			method, rest, _ := strings.Cut(strings.TrimPrefix(line, ">>> "), " ")
			if method != "" && strings.ToUpper(method) == method && rest != "" {
				address, _ := split(rest)
				if n := graphapi.OperationOf(method, address); n != "" {
					name = n
				}
			}
		}
	}
	return operations
}

// TestOperations walks the tree: every operation says who may, and where it is documented, is named on the page of
// behaviours, and is shown by a golden answer.
func TestOperations(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/behaviour.md")
	if err != nil {
		t.Fatal(err)
	}
	golden := shown(t)
	for _, o := range operations() {
		if len(o.Delegated)+len(o.Application) == 0 {
			t.Errorf("%s asks for no permission", o.Name)
		}
		if !golden[o.Name] {
			t.Errorf("no golden answer shows %s: %s %s", o.Name, o.Method, o.Template)
		}
		if o.Source == "" {
			t.Errorf("%s has no source", o.Name)
		}
		resource, _, _ := strings.Cut(o.Name, ".")
		if !strings.Contains(string(page), "`"+o.Name+"`") && !strings.Contains(string(page), "`"+resource+".*`") {
			t.Errorf("%s has no row in docs/behaviour.md", o.Name)
		}
	}
	if n := graphapi.Unreachable(); len(n) > 0 {
		t.Errorf("no path leads to %v", n)
	}
}
