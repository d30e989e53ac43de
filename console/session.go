package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// session is what a browser keeps for us in one cookie: a secret that form tokens are made from, the look, and whom the
// presenter acts as in each organisation. Nothing in it is a right: whoever reaches the control host may do everything.
type session struct {
	ID     string
	Theme  string            // "" follows the system; light, dark
	Actors map[string]string // organisation → object id of a person, or "system"
	fresh  bool
	notice notice
}

const (
	sessionCookie = "tennantite_console"
	noticeCookie  = "tennantite_notice"
	sessionBytes  = 18
	mostActors    = 24       // a cookie holds no more than 4 KB
	sessionAge    = 31536000 // seconds: the look is remembered
	system        = "system"
)

func (f *face) sessionOf(r *http.Request) session {
	s := session{Actors: map[string]string{}, notice: noticeOf(r)}
	if k, err := r.Cookie(sessionCookie); err == nil {
		if v, err := url.ParseQuery(k.Value); err == nil && len(v.Get("id")) > sessionBytes {
			s.ID, s.Theme = v.Get("id"), theme(v.Get("theme"))
			for name, values := range v {
				if tenant, ok := strings.CutPrefix(name, "as."); ok {
					s.Actors[tenant] = values[0]
				}
			}
			return s
		}
	}
	b := make([]byte, sessionBytes)
	if _, err := io.ReadFull(f.Rand, b); err != nil {
		panic("console: no randomness: " + err.Error()) // the operating system's source does not fail
	}
	s.ID, s.fresh = base64.RawURLEncoding.EncodeToString(b), true
	return s
}

// keep sends the session to the browser.
func (s session) keep(w http.ResponseWriter, r *http.Request) {
	v := url.Values{"id": {s.ID}}
	if s.Theme != "" {
		v.Set("theme", s.Theme)
	}
	for tenant, id := range s.Actors {
		v.Set("as."+tenant, id)
	}
	setCookie(w, r, sessionCookie, v.Encode(), sessionAge)
}

// setCookie sets one of our cookies: for this host only, hidden from scripts, never sent from other sites. age 0 is until
// the browser ends, a negative one is now.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
}

// token is what the session's forms carry.
func (s session) token(f *face) string {
	m := hmac.New(sha256.New, f.key)
	m.Write([]byte(s.ID))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func (s session) owns(f *face, token string) bool {
	return !s.fresh && hmac.Equal([]byte(token), []byte(s.token(f)))
}

// notice is what the last action did, told once on the next page.
type notice struct {
	Text string `json:"text"`
	Curl string `json:"curl,omitempty"`
}

const (
	noticeAge  = 60   // seconds
	mostNotice = 3000 // bytes of the cookie
)

func noticeOf(r *http.Request) (n notice) {
	k, err := r.Cookie(noticeCookie)
	if err != nil {
		return n
	}
	b, err := base64.RawURLEncoding.DecodeString(k.Value)
	if err != nil || json.Unmarshal(b, &n) != nil {
		return notice{}
	}
	return n
}

func (n notice) keep(w http.ResponseWriter, r *http.Request) {
	b, _ := json.Marshal(n) // strings always encode
	if len(b) > mostNotice {
		b, _ = json.Marshal(notice{Text: n.Text}) // the call alone can be that long
	}
	setCookie(w, r, noticeCookie, base64.RawURLEncoding.EncodeToString(b), noticeAge)
}

func (n notice) forget(w http.ResponseWriter, r *http.Request) {
	if n.Text != "" {
		setCookie(w, r, noticeCookie, "", -1)
	}
}

// actorIn is whom the presenter acts as in an organisation: the chosen person, else its first global administrator, else
// the emulator itself.
func (c *call) actorIn(t state.Tenant) directory.Principal {
	chosen := c.session.Actors[t.ID]
	if chosen == system {
		return directory.SystemPrincipal(t.ID)
	}
	if u, ok := c.tx.User(t.ID, chosen); chosen != "" && ok {
		return directory.Principal{Tenant: t.ID, User: u}
	}
	for a := range c.tx.RoleAssignmentsTo(t.ID, directory.GlobalAdministrator) {
		if u, ok := c.tx.User(t.ID, a.PrincipalID); ok {
			return directory.Principal{Tenant: t.ID, User: u}
		}
	}
	return directory.SystemPrincipal(t.ID)
}

// sessionPages take what the presenter chooses for himself.
func sessionPages() []page {
	return []page{
		{Path: "/session", Title: "Session", actions: map[string]func(*call) (done, error){"theme": setTheme, "act": setActor}},
	}
}

func theme(name string) string {
	if name == "light" || name == "dark" {
		return name
	}
	return ""
}

func setTheme(c *call) (done, error) {
	c.session.Theme = theme(c.field("theme"))
	return done{To: c.back()}, nil
}

// setActor chooses whom the presenter acts as in an organisation.
func setActor(c *call) (done, error) {
	t, ok := c.tx.Tenant(c.field("organisation"))
	if !ok {
		return done{}, problem.For(problem.NotFound, problem.TenantNotFound, "organisation", "There is no such organisation.")
	}
	as := c.field("as")
	u, ok := c.tx.User(t.ID, as)
	if !ok && as != system {
		return done{}, problem.For(problem.NotFound, problem.UserNotFound, "as", "%s has nobody of this id.", t.DisplayName)
	}
	if _, has := c.session.Actors[t.ID]; !has && len(c.session.Actors) >= mostActors {
		clear(c.session.Actors)
	}
	c.session.Actors[t.ID] = as
	if as == system {
		return done{Say: "In " + t.DisplayName + " you now act as the emulator itself, which may do everything.", To: c.back()}, nil
	}
	return done{Say: "In " + t.DisplayName + " you now act as " + u.DisplayName + ".", To: c.back()}, nil
}

// back is the page that a form says it stands on.
func (c *call) back() string {
	if b := c.field("back"); b != "" {
		return local(b)
	}
	return c.To("/")
}
