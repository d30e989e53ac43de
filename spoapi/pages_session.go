package spoapi

import (
	"crypto/subtle"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// sessionLife is how long a session of SharePoint's own stays good; one that holds a proven address lives as long as the
// proof.
const sessionLife = 5 * 24 * time.Hour

// resumeSession takes a session that stands for nobody yet: a page under way, a visitor without an object here.
func (p *page) resumeSession() {
	cookie, err := p.http.Cookie(sessionCookie)
	if err != nil {
		return
	}
	s, ok := p.tx.Session(cookie.Value)
	if ok && s.Host == p.sessionHost() && p.tx.Now().Before(s.ExpiresAt) {
		p.session = s
	}
}

// begin makes sure that there is a session, whose token the forms carry. It asks for a transaction that can write.
func (p *page) begin() error {
	if p.session.ID != "" {
		return nil
	}
	if !p.tx.Writable() {
		return errEnters
	}
	const secret = 32
	life := max(sessionLife, time.Duration(p.tenant.Sharing.EmailAttestationReAuthDays)*24*time.Hour)
	p.save(state.Session{
		ID: p.tx.NewSecret(secret), Host: p.sessionHost(), CSRF: p.tx.NewSecret(secret),
		CreatedAt: p.tx.Now(), ExpiresAt: p.tx.Now().Add(life),
	})
	return nil
}

// save stores the session and sends its cookie.
func (p *page) save(s state.Session) {
	p.session = s
	p.tx.PutSession(s)
	p.setCookie(s.ID, 0)
}

func (p *page) setCookie(value string, age int) {
	c := &http.Cookie{Name: sessionCookie, Value: value, Path: "/", HttpOnly: true, MaxAge: age}
	if !p.origin.Local() || p.origin.Scheme == "https" {
		// The sign-in service posts its answer here from another site.
		c.Secure, c.SameSite = true, http.SameSiteNoneMode
	}
	p.cookies = slices.DeleteFunc(p.cookies, func(o *http.Cookie) bool { return o.Name == c.Name })
	p.cookies = append(p.cookies, c)
}

// renew gives the session a new id, so that one that was planted before a sign-in is worth nothing after it.
func (p *page) renew() {
	old := p.session
	p.session = state.Session{}
	if err := p.begin(); err != nil {
		panic("spoapi: a session is renewed in a transaction that cannot write")
	}
	s := p.session
	s.Proven, s.Form = old.Proven, old.Form
	p.save(s)
	if old.ID != "" {
		p.tx.DeleteSession(old)
	}
}

// checkForm fails unless a posted form carries the session's token.
func (p *page) checkForm() error {
	got := p.form.Get("csrf")
	if p.session.CSRF == "" || subtle.ConstantTimeCompare([]byte(got), []byte(p.session.CSRF)) != 1 {
		return errDigest
	}
	return nil
}

// remember keeps a value of a page under way; "" forgets it.
func (p *page) remember(key, value string) {
	s := p.session
	s.Form = maps.Clone(s.Form)
	if s.Form == nil {
		s.Form = map[string]string{}
	}
	if value == "" {
		delete(s.Form, key)
	} else {
		s.Form[key] = value
	}
	p.save(s)
}

// signIn makes an account that was proven the session's, under a new id.
func (p *page) signIn(a state.Account) {
	p.renew()
	s := p.session
	entry := state.SessionAccount{Account: a, AuthTime: p.tx.Now(), TenantID: p.tenant.ID}
	if a.Kind != state.HomeOTP {
		entry.Account.Address = ""
	}
	if u, ok := directory.ObjectOf(p.tx, p.tenant.ID, a); ok {
		entry.UserID = u.ID
	}
	s.Accounts = []state.SessionAccount{entry}
	p.save(s)
	p.become()
}

// become makes the caller who the session stands for now: the account's object here may have come into being meanwhile.
func (p *page) become() {
	s := p.session
	if a, ok := p.account(); ok {
		if u, found := directory.ObjectOf(p.tx, p.tenant.ID, a.Account); found && u.ID != a.UserID {
			a.UserID = u.ID
			s.Accounts = []state.SessionAccount{a}
			p.save(s)
		}
	}
	if c, ok := sessionPrincipal(p.tx, p.tenant, s); ok {
		p.caller = c
	}
}

// account is who signed in on this host, if somebody did.
func (p *page) account() (state.SessionAccount, bool) {
	for _, a := range p.session.Accounts {
		if a.TenantID == p.tenant.ID {
			return a, true
		}
	}
	return state.SessionAccount{}, false
}

// proven is the address that a code proved in this session, as long as the tenant's settings let the proof count.
func (p *page) proven() string {
	a, ok := p.account()
	if !ok || a.Account.Kind != state.HomeOTP || a.UserID != "" {
		return ""
	}
	if !proofHolds(p.tx, p.tenant, a.AuthTime) {
		return ""
	}
	return a.Account.Address
}

// visit is the visitor as the sharing manager sees him.
func (p *page) visit() sharing.Visit {
	v := sharing.Visit{Tenant: p.tenant.ID, Origin: p.origin, Email: p.proven()}
	if a, ok := p.account(); ok && v.Email == "" && (a.Account.Kind != state.HomeOTP || a.UserID != "") {
		v.Account = a.Account
	}
	return v
}

// prove notes that a link was opened in this session.
func (p *page) prove(link string) {
	s := p.session
	s.Proven = maps.Clone(s.Proven)
	if s.Proven == nil {
		s.Proven = map[string]time.Time{}
	}
	s.Proven[link] = p.tx.Now()
	p.save(s)
	p.become()
}

// here is the address of a path on the host that the client came to.
func (p *page) here(path string) string {
	return p.origin.SharePoint(p.tenant.SharePointPrefix(), p.host) + links.EscapePath(path)
}
