package tokens

import (
	"crypto/subtle"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// FindClient returns the application that signs in, with the credentials that it has in the tenant: registered, well-known, or one of the services' own that sign people
// in on their pages. Where an unknown one may pass it is a public client. It fails with ClientIDInvalid or ClientUnknown.
func FindClient(tx *state.Tx, t state.Tenant, appID string, pass Pass) (state.Application, error) {
	id, err := uuid.Parse(appID)
	if err != nil || id == uuid.Nil || len(appID) != len(id.String()) {
		return state.Application{}, Refuse(ClientIDInvalid, appID)
	}
	a, err := directory.FindClient(tx, appID)
	switch {
	case err == nil:
		if p, ok := tx.ServicePrincipalByAppID(t.ID, a.AppID); ok && len(p.Secrets)+len(p.Certificates) > 0 {
			a.Secrets, a.Certificates = slices.Concat(a.Secrets, p.Secrets), slices.Concat(a.Certificates, p.Certificates)
		}
		return a, nil
	case strings.EqualFold(appID, directory.SharePointAppID):
		return sharePointClient(), nil
	}
	unknown := &Refusal{Reason: ClientUnknown, Args: []any{appID, tenantName(t)}, Err: err}
	if !pass.lets(unknown) {
		return state.Application{}, unknown
	}
	return state.Application{
		AppID: strings.ToLower(appID), DisplayName: appID, SignInAudience: audienceAll, PublicClient: true,
		ImplicitIDToken: true, ImplicitAccessToken: true,
	}, nil
}

// audienceAll is the sign-in audience of an application for everybody.
const audienceAll = "AzureADandPersonalMicrosoftAccount"

func tenantName(t state.Tenant) string {
	if t.ID == "" {
		return "common"
	}
	return t.DisplayName
}

// sharePointClient is SharePoint as an application that people sign in to: its pages redirect here and take an id token.
func sharePointClient() state.Application {
	return state.Application{
		AppID: directory.SharePointAppID, DisplayName: "Office 365 SharePoint Online", WellKnown: true, PublicClient: true,
		SignInAudience: audienceAll, ImplicitIDToken: true,
	}
}

// sharePointReturn is where SharePoint's pages take what the sign-in service answers.
const sharePointReturn = "/_forms/default.aspx"

// RedirectKind says what kind of application an address was registered for.
type RedirectKind int

// The kinds of redirect address.
const (
	RedirectWeb RedirectKind = iota
	RedirectPublic
	RedirectSPA
)

// MatchRedirect finds out whether an application may be answered at an address, and as what kind of application. "" is
// the application's only address. It fails with RedirectUnknown or RedirectNone.
func MatchRedirect(tx *state.Tx, a state.Application, address string, pass Pass) (string, RedirectKind, error) {
	registered := []struct {
		kind RedirectKind
		list []string
	}{{RedirectSPA, a.SPARedirects}, {RedirectPublic, a.PublicRedirects}, {RedirectWeb, a.RedirectURIs}}
	if address == "" {
		for _, r := range registered {
			if len(r.list) > 0 {
				return r.list[0], r.kind, nil
			}
		}
		return "", 0, Refuse(RedirectNone, a.AppID)
	}
	for _, r := range registered {
		for _, known := range r.list {
			if redirectFits(known, address) {
				return address, r.kind, nil
			}
		}
	}
	if strings.EqualFold(a.AppID, directory.SharePointAppID) && sharePointAddress(tx, address) {
		return address, RedirectWeb, nil
	}
	err := Refuse(RedirectUnknown, address, a.AppID)
	if len(a.SPARedirects)+len(a.PublicRedirects)+len(a.RedirectURIs) == 0 && !a.WellKnown {
		err = Refuse(RedirectNone, a.AppID)
	}
	if absolute(address) && pass.lets(err) {
		return address, RedirectPublic, nil
	}
	return "", 0, err
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func sharePointAddress(tx *state.Tx, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Fragment != "" || u.RawQuery != "" || !strings.EqualFold(u.Path, sharePointReturn) {
		return false
	}
	p, ok := links.Resolve(u.Scheme, u.Host, publicHost(tx))
	return ok && p.Service == links.SharePoint && (p.Origin.Local() || u.Scheme == "https")
}

// redirectFits compares an address with a registered one: exactly, but a loopback's port does not count, a loopback
// registered without a path stands for every path, and the landing page of native clients is the same at every tenant
// (identity.md 2.4).
func redirectFits(registered, address string) bool {
	if registered == address {
		return true
	}
	r, err := url.Parse(registered)
	if err != nil {
		return false
	}
	a, err := url.Parse(address)
	if err != nil || a.User != nil || a.Fragment != "" || !strings.EqualFold(r.Scheme, a.Scheme) {
		return false
	}
	switch {
	case landing(r) && landing(a):
		return true
	case !loopback(r) || !strings.EqualFold(r.Hostname(), a.Hostname()):
		return strings.EqualFold(r.Host, a.Host) && samePath(r.Path, a.Path) && r.RawQuery == a.RawQuery
	}
	return (r.Path == "" || r.Path == "/" || r.Path == a.Path) && r.RawQuery == a.RawQuery
}

func samePath(registered, path string) bool {
	return registered == path || registered == "" && path == "/"
}

func loopback(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
}

// landing tells whether an address is https://{sign-in host}/{any tenant}/oauth2/nativeclient.
func landing(u *url.URL) bool {
	p, ok := links.Resolve(u.Scheme, u.Host, "")
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	return ok && p.Service == links.Login && len(parts) == 3 && parts[1] == "oauth2" && parts[2] == "nativeclient" && u.RawQuery == ""
}

// Credential is how a client proves itself at the token endpoint.
type Credential struct {
	Secret        string
	Assertion     string
	AssertionType string
	Audiences     []string // what an assertion's aud may be: addresses of the endpoint and of its tenant
}

func (c Credential) none() bool { return c.Secret == "" && c.Assertion == "" }

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Authenticate checks a client's credential. need says that the flow wants one of every client: an application that acts
// alone or on behalf of somebody. It returns how the client proved itself, and fails with CredentialMissing,
// CredentialUnwanted, SecretWrong, SecretExpired, AssertionInvalid, AssertionUnmatched or AssertionOutOfTime.
func (s *Service) Authenticate(tx *state.Tx, r Request, need bool) (string, error) {
	a, c := r.Client, r.Credential
	confidential := len(a.Secrets)+len(a.Certificates)+len(a.Federated) > 0
	switch {
	case c.none() && (need || !a.PublicClient):
		return "", Refuse(CredentialMissing)
	case c.none():
		return ByNothing, nil
	case a.WellKnown && len(a.RedirectURIs) > 0:
		return BySecret, nil // a tool that ships with a secret is believed whatever it shows
	case !confidential && a.PublicClient:
		if err := Refuse(CredentialUnwanted, a.AppID); !r.Pass.lets(err) {
			return "", err
		}
		return BySecret, nil
	case c.Assertion != "":
		return s.checkAssertion(tx, a, c)
	}
	return checkSecret(tx, a, c.Secret)
}

func checkSecret(tx *state.Tx, a state.Application, secret string) (string, error) {
	now := tx.Now()
	for _, s := range a.Secrets {
		if subtle.ConstantTimeCompare([]byte(s.Text), []byte(secret)) != 1 {
			continue
		}
		if !s.End.IsZero() && !now.Before(s.End) {
			return "", Refuse(SecretExpired, a.AppID)
		}
		return BySecret, nil
	}
	return "", Refuse(SecretWrong, a.AppID)
}
