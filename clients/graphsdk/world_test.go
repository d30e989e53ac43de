package graphsdk_test

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	khttp "github.com/microsoft/kiota-http-go"
	graph "github.com/microsoftgraph/msgraph-sdk-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/fixtures"
)

// Ids of the fixture.
const (
	contoso  = "11111111-aaaa-4aaa-8aaa-000000000001"
	fabrikam = "11111111-aaaa-4aaa-8aaa-000000000002"
	megan    = "22222222-aaaa-4aaa-8aaa-000000000001"
	alex     = "22222222-aaaa-4aaa-8aaa-000000000002"
	guest    = "22222222-aaaa-4aaa-8aaa-000000000003"
	suite    = "33333333-aaaa-4aaa-8aaa-000000000001"
	reader   = "33333333-aaaa-4aaa-8aaa-000000000002"

	secret     = "graphsdk-secret"
	guestName  = "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com"
	unknownID  = "99999999-aaaa-4aaa-8aaa-000000000009"
	graphHost  = "graph.microsoft.com"
	graphRoot  = "https://" + graphHost + "/v1.0"
	graphScope = "https://" + graphHost + "/.default"
)

const fixture = `
defaults: {password: Clients-1234}
tenants:
  contoso:
    id: 11111111-aaaa-4aaa-8aaa-000000000001
    displayName: Contoso
    initialDomain: contoso.onmicrosoft.com
    domains: [contoso.com]
    users:
      megan: {id: 22222222-aaaa-4aaa-8aaa-000000000001, displayName: Megan Bowen, userPrincipalName: megan@contoso.com}
      alex:  {id: 22222222-aaaa-4aaa-8aaa-000000000002, displayName: Alex Wilber, userPrincipalName: alex@contoso.com}
      zoe:   {displayName: Zoë Žižková, userPrincipalName: zoe@contoso.com}
      lee:   {displayName: Lee O'Neill, userPrincipalName: lee@contoso.com}
    guests:
      carol: {id: 22222222-aaaa-4aaa-8aaa-000000000003, of: fabrikam/carol, displayName: Carol Cline, state: Accepted}
    applications:
      suite:
        appId: 33333333-aaaa-4aaa-8aaa-000000000001
        displayName: Suite
        secret: graphsdk-secret
        permissions:
          graph: {application: "*"}
        consentedIn: [contoso]
      reader:
        appId: 33333333-aaaa-4aaa-8aaa-000000000002
        displayName: Reader
        secret: graphsdk-secret
        permissions:
          graph: {application: [User.Read.All]}
        consentedIn: [contoso]
  fabrikam:
    id: 11111111-aaaa-4aaa-8aaa-000000000002
    displayName: Fabrikam
    initialDomain: fabrikam.onmicrosoft.com
    domains: [fabrikam.com]
    users:
      carol: {displayName: Carol Cline, userPrincipalName: carol@fabrikam.com}
`

// wire notes what the SDK sends.
type wire struct {
	next http.RoundTripper
	mu   sync.Mutex
	sent []note
}

type note struct {
	method, path string // the path as it is escaped
	gzip         bool
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.sent = append(w.sent, note{r.Method, r.URL.EscapedPath(), r.Header.Get("Content-Encoding") == "gzip"})
	w.mu.Unlock()
	return w.next.RoundTrip(r)
}

func (w *wire) count(is func(note) bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(slices.Collect(func(yield func(note) bool) {
		for _, n := range w.sent {
			if is(n) && !yield(n) {
				return
			}
		}
	}))
}

// world is an emulator with the fixture and a way to it by the real names.
type world struct {
	http *http.Client
	wire *wire
}

func start(t *testing.T) *world {
	t.Helper()
	emu := emulator.Start(t, func(o *emulator.Options) {
		o.Fixtures = []fixtures.Source{{Name: "graphsdk.yaml", Text: []byte(fixture)}}
	})
	c := emu.HTTPClient()
	return &world{http: c, wire: &wire{next: c.Transport}}
}

// credential is an application's in contoso.
func (w *world) credential(t *testing.T, app, secret string) azcore.TokenCredential {
	t.Helper()
	return must(azidentity.NewClientSecretCredential(contoso, app, secret, &azidentity.ClientSecretCredentialOptions{
		ClientOptions: azcore.ClientOptions{Transport: w.http},
	}))(t)
}

// as makes a client of the SDK with everything that it does by default, over the emulator's network.
func (w *world) as(t *testing.T, app, secret string) *graph.GraphServiceClient {
	t.Helper()
	auth := must(authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(w.credential(t, app, secret), []string{graphScope}, []string{graphHost}))(t)
	options := graph.GetDefaultClientOptions()
	client := core.GetDefaultClient(&options)
	client.Transport = khttp.NewCustomTransportWithParentTransport(w.wire, core.GetDefaultMiddlewaresWithOptions(&options)...)
	return graph.NewGraphServiceClient(must(graph.NewGraphRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(auth, nil, nil, client))(t))
}

// client is the client of the application that may do everything.
func client(t *testing.T) *graph.GraphServiceClient {
	t.Helper()
	return start(t).as(t, suite, secret)
}

// must ends the test where a call failed: must(f())(t).
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if failed, is := errors.AsType[*odataerrors.ODataError](err); is {
		t.Fatalf("%d %s: %v", failed.GetStatusCode(), codeOf(failed), err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func codeOf(e *odataerrors.ODataError) string {
	if e.GetErrorEscaped() == nil {
		return ""
	}
	return value(e.GetErrorEscaped().GetCode())
}

// fails wants an OData error that the SDK understood.
func fails(t *testing.T, err error, status int, code string) {
	t.Helper()
	failed, is := errors.AsType[*odataerrors.ODataError](err)
	if !is {
		t.Fatalf("want %d %s, got %v", status, code, err)
	}
	if failed.GetStatusCode() != status || codeOf(failed) != code {
		t.Errorf("want %d %s, got %d %s: %v", status, code, failed.GetStatusCode(), codeOf(failed), failed)
	}
}

// value is what a model's property holds; the zero value where it is absent.
func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

func same[T comparable](t *testing.T, what string, got *T, want T) {
	t.Helper()
	if got == nil {
		t.Errorf("%s is absent, want %v", what, want)
	} else if *got != want {
		t.Errorf("%s is %v, want %v", what, *got, want)
	}
}

func newGroup(name string) models.Groupable {
	g := models.NewGroup()
	g.SetDisplayName(&name)
	g.SetMailNickname(&name)
	g.SetMailEnabled(new(false))
	g.SetSecurityEnabled(new(true))
	return g
}

func newUser(name string) models.Userable {
	p := models.NewPasswordProfile()
	p.SetPassword(new("Clients-12345"))
	p.SetForceChangePasswordNextSignIn(new(false))
	u := models.NewUser()
	u.SetDisplayName(&name)
	u.SetMailNickname(&name)
	u.SetUserPrincipalName(new(name + "@contoso.com"))
	u.SetAccountEnabled(new(true))
	u.SetPasswordProfile(p)
	return u
}

func reference(id string) models.ReferenceCreateable {
	r := models.NewReferenceCreate()
	r.SetOdataId(new(graphRoot + "/directoryObjects/" + id))
	return r
}
