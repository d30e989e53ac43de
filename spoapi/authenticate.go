package spoapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// sessionCookie names the session that SharePoint's pages open on their host.
const sessionCookie = "FedAuth"

// authenticate finds out who asks: by the bearer token, or by SharePoint's own session. It fails as Unauthenticated.
func (c *request) authenticate() error {
	header := c.http.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return c.believe(strings.TrimSpace(token))
	case header == "":
		if c.resume() {
			return nil
		}
	}
	return problem.New(problem.Unauthenticated, problem.BadToken, "")
}

// believe verifies an access token for this host.
func (c *request) believe(token string) error {
	if token == "" {
		return problem.New(problem.Unauthenticated, problem.BadToken, "")
	}
	prefix := c.tenant.SharePointPrefix()
	audience := tokens.SharePointAudience(links.Origin{}.SharePointHost(prefix, c.host))
	if c.origin.Local() {
		audience.Names = append(audience.Names, c.origin.SharePoint(prefix, c.host))
	}
	p, err := c.Tokens.Verify(c.tx, token, audience)
	if err != nil {
		return err
	}
	if p.Tenant != c.tenant.ID {
		return problem.New(problem.Unauthenticated, problem.WrongTenant, "Invalid issuer or signature.")
	}
	if p.AppOnly() && provenBySecret(token) && !c.tx.World().Lenient {
		// SharePoint takes applications on their own only where a certificate proved them (identity.md 4.4).
		return problem.New(problem.Unauthenticated, problem.BadToken, "Unsupported app only token.")
	}
	c.caller = p
	return nil
}

// provenBySecret reads how a verified token's client proved itself: appidacr (version 1) or azpacr (2) is 1 for a secret.
func provenBySecret(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return false
	}
	var claims struct {
		AppIDACR string `json:"appidacr"`
		AzpACR   string `json:"azpacr"`
	}
	if json.Unmarshal(raw, &claims) != nil {
		return false
	}
	return claims.AppIDACR == "1" || claims.AzpACR == "1"
}

// resume takes the session of the host's cookie, if there is one and it stands for somebody in this tenant.
func (c *request) resume() bool {
	cookie, err := c.http.Cookie(sessionCookie)
	if err != nil {
		return false
	}
	s, ok := c.tx.Session(cookie.Value)
	if !ok || !strings.EqualFold(s.Host, c.sessionHost()) || !s.ExpiresAt.IsZero() && !c.tx.Now().Before(s.ExpiresAt) {
		return false
	}
	p, ok := sessionPrincipal(c.tx, c.tenant, s)
	if ok {
		c.caller, c.session = p, s
	}
	return ok
}

// sessionHost is what sessions of this host are filed under: its real name, whatever name the client used.
func (c *request) sessionHost() string {
	return links.Origin{}.SharePointHost(c.tenant.SharePointPrefix(), c.host)
}

// sessionPrincipal is who a session of SharePoint's own stands for in a tenant: its first account there, the links that it
// opened, or the address that a code proved.
func sessionPrincipal(tx *state.Tx, t state.Tenant, s state.Session) (directory.Principal, bool) {
	p := directory.Principal{Tenant: t.ID}
	for id := range s.Proven {
		if _, ok := tx.Link(t.ID, id); ok {
			p.LinkIDs = append(p.LinkIDs, id)
		}
	}
	for _, a := range s.Accounts {
		if a.TenantID != "" && a.TenantID != t.ID {
			continue
		}
		u, ok := tx.User(t.ID, a.UserID)
		switch {
		case ok && u.AccountEnabled && !u.SessionsValidFrom.After(a.AuthTime):
			p.User = u
			return p, true
		case a.UserID == "" && a.Account.Address != "" && proofHolds(tx, t, a.AuthTime):
			p.Email = a.Account.Address
			return p, true
		}
	}
	return p, len(p.LinkIDs) > 0
}

// proofHolds tells whether an address that a code proved counts still.
func proofHolds(tx *state.Tx, t state.Tenant, at time.Time) bool {
	ends := sharing.AttestationEnds(t, at)
	return ends.IsZero() || tx.Now().Before(ends)
}

// digestLife is how long a form digest is good.
const digestLife = 1800 * time.Second

const digestTime = "02 Jan 2006 15:04:05 -0000"

// digest is the form digest of a moment for the caller's session: 0x{hex},{time}.
func (c *request) digest(at time.Time) string {
	mac := hmac.New(sha256.New, c.tx.World().Secret)
	stamp := at.UTC().Format(digestTime)
	mac.Write([]byte("digest\x00" + c.session.ID + "\x00" + stamp))
	return "0x" + strings.ToUpper(hex.EncodeToString(mac.Sum(nil))) + "," + stamp
}

// checkDigest asks sessions by cookie for the digest with everything that changes something; a token needs none.
func (c *request) checkDigest(writes bool) error {
	if !writes || c.session.ID == "" || c.http.Method == http.MethodGet || strings.HasSuffix(strings.ToLower(c.http.URL.Path), "/_api/contextinfo") {
		return nil
	}
	got := c.http.Header.Get("X-RequestDigest")
	_, stamp, _ := strings.Cut(got, ",")
	at, err := time.Parse(digestTime, stamp)
	if err != nil || !hmac.Equal([]byte(got), []byte(c.digest(at))) || c.tx.Now().Sub(at) > digestLife {
		return errDigest
	}
	return nil
}
