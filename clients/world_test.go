package clients_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"html"
	"io"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/fixtures"
)

// Ids of the fixture.
const (
	contoso  = "11111111-aaaa-4aaa-8aaa-000000000001"
	fabrikam = "11111111-aaaa-4aaa-8aaa-000000000002"
	megan    = "22222222-aaaa-4aaa-8aaa-000000000001"
	carol    = "22222222-aaaa-4aaa-8aaa-000000000002"
	guest    = "22222222-aaaa-4aaa-8aaa-000000000003"
	public   = "33333333-aaaa-4aaa-8aaa-000000000001"
	daemon   = "33333333-aaaa-4aaa-8aaa-000000000002"
	api      = "33333333-aaaa-4aaa-8aaa-000000000003"

	password     = "Clients-1234"
	daemonSecret = "daemon-secret"
	login        = "https://login.microsoftonline.com/"
	graphDefault = "https://graph.microsoft.com/.default"
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
    guests:
      carol: {id: 22222222-aaaa-4aaa-8aaa-000000000003, of: fabrikam/carol, state: Accepted}
    applications:
      public:
        appId: 33333333-aaaa-4aaa-8aaa-000000000001
        displayName: Public
        public: true
        multiTenant: true
        redirectUris: [http://localhost]
        permissions:
          graph: {delegated: [openid, profile, email, offline_access, User.Read]}
          api: {delegated: [access_as_user]}
        consentedIn: [contoso, fabrikam]
      daemon:
        appId: 33333333-aaaa-4aaa-8aaa-000000000002
        displayName: Daemon
        secret: daemon-secret
        certificate: |
CERTIFICATE
        redirectUris: [http://localhost/web]
        permissions:
          graph: {delegated: [openid, profile, offline_access, User.Read], application: [User.Read.All]}
        consentedIn: [contoso]
      api:
        appId: 33333333-aaaa-4aaa-8aaa-000000000003
        displayName: API
        secret: daemon-secret
        identifierUris: ["api://33333333-aaaa-4aaa-8aaa-000000000003"]
        accessTokenVersion: 2
        exposes: [access_as_user]
        permissions:
          graph: {delegated: [openid, profile, offline_access, User.Read]}
        consentedIn: [contoso]
  fabrikam:
    id: 11111111-aaaa-4aaa-8aaa-000000000002
    displayName: Fabrikam
    initialDomain: fabrikam.onmicrosoft.com
    domains: [fabrikam.com]
    users:
      carol: {id: 22222222-aaaa-4aaa-8aaa-000000000002, displayName: Carol Cline, userPrincipalName: carol@fabrikam.com}
`

// identity is a client's certificate with its key; made once.
var identity = sync.OnceValues(func() (*x509.Certificate, *rsa.PrivateKey) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert, key
})

// world starts an emulator with the fixture and returns a client that reaches it by the real names.
func world(t *testing.T) *http.Client {
	t.Helper()
	cert, _ := identity()
	text := strings.TrimRight(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})), "\n")
	text = "          " + strings.ReplaceAll(text, "\n", "\n          ")
	emu := emulator.Start(t, func(o *emulator.Options) {
		o.Fixtures = []fixtures.Source{{Name: "clients.yaml", Text: []byte(strings.Replace(fixture, "CERTIFICATE", text, 1))}}
	})
	return emu.HTTPClient()
}

// person is somebody with a browser.
type person struct {
	name   string
	code   string // user code of a device flow
	client *http.Client
}

func someone(t *testing.T, c *http.Client, name string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{name: name, client: &http.Client{Transport: c.Transport, Jar: jar, Timeout: 20 * time.Second}}
}

var (
	formPattern   = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	hiddenPattern = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
	inputPattern  = regexp.MustCompile(`<input type="(?:text|password)" name="([^"]*)"`)
	kindPattern   = regexp.MustCompile(`data-page="([^"]*)"`)
)

// visit opens an address and answers the pages until there is nothing more to answer; it returns the last address.
func (p *person) visit(address string) (*url.URL, string, error) {
	res, err := p.client.Get(address)
	for range 12 {
		if err != nil {
			return nil, "", err
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			return nil, "", err
		}
		kind, form := kindPattern.FindSubmatch(text), formPattern.FindSubmatch(text)
		if form == nil || kind == nil {
			return res.Request.URL, string(text), nil
		}
		values := url.Values{"action": {"accept"}}
		for _, m := range hiddenPattern.FindAllSubmatch(text, -1) {
			values.Set(html.UnescapeString(string(m[1])), html.UnescapeString(string(m[2])))
		}
		for _, m := range inputPattern.FindAllSubmatch(text, -1) {
			values.Set(string(m[1]), map[string]string{"loginfmt": p.name, "passwd": password, "otc": p.code}[string(m[1])])
		}
		next, err := res.Request.URL.Parse(html.UnescapeString(string(form[1])))
		if err != nil {
			return nil, "", err
		}
		res, err = p.client.PostForm(next.String(), values)
		if err != nil {
			return nil, "", err
		}
	}
	return res.Request.URL, "", nil
}
