package sts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// A browser flow is kept in its pages: the address holds what the application asked for, and the hidden field ctx what the
// person has answered so far, signed by the world and bound to the browser's own cookie. So nothing is stored for people
// who never finish, and a form that another site sends for somebody carries no ctx that fits his browser.

const (
	flowCookie    = "esctx"
	sessionCookie = "ESTSAUTHPERSISTENT"
	flowField     = "ctx"
	flowLife      = 30 * time.Minute
	sessionLife   = 24 * time.Hour
	cookieBytes   = 18
)

// flow is what a person has answered in this flow.
type flow struct {
	Browser  string         `json:"b"` // value of the flow cookie
	For      string         `json:"f"` // the address that the flow belongs to
	Ends     int64          `json:"e"`
	Login    string         `json:"l,omitempty"` // the address that was typed
	Kind     state.HomeKind `json:"k,omitempty"` // what kind of account he chose for it
	Account  flowAccount    `json:"a"`           // who signed in or was picked
	Fresh    bool           `json:"s,omitempty"` // Account is set
	Reviewed bool           `json:"r,omitempty"` // the organisation's request was accepted
	Consents bool           `json:"c,omitempty"` // the application's request was accepted
	Code     string         `json:"d,omitempty"` // user code of a device flow

	Confirmed bool `json:"y,omitempty"` // that device was meant
}

// flowAccount is a [state.Account] as the hidden field holds it.
type flowAccount struct {
	Kind     state.HomeKind `json:"k,omitempty"`
	TenantID string         `json:"t,omitempty"`
	ObjectID string         `json:"o,omitempty"`
	Address  string         `json:"m,omitempty"`
}

// who is the account that signed in or was picked.
func (f flow) who() state.Account { return state.Account(f.Account) }

// settle notes who signed in or was picked.
func (f *flow) settle(a state.Account) { f.Account, f.Fresh = flowAccount(a), true }

// visit is a browser at a page: its flow, and the session that it has.
type visit struct {
	*call

	flow    flow
	posted  bool // the form of one of our pages, for this browser and address
	session state.Session
	cookies []*http.Cookie
	action  string // where forms go: this address
}

// visit reads the browser's flow and session.
func (c *call) visit(own url.Values) *visit {
	v := &visit{call: c, action: withQuery(c.http.URL.EscapedPath(), own)}
	browser := ""
	if cookie, err := c.http.Cookie(flowCookie); err == nil && len(cookie.Value) < 100 {
		browser = cookie.Value
	}
	if c.http.Method == http.MethodPost && browser != "" {
		v.posted = c.openFlow(c.param(flowField), &v.flow) && hmac.Equal([]byte(v.flow.Browser), []byte(browser)) && v.flow.For == v.purpose()
	}
	if !v.posted {
		v.flow = flow{}
	}
	if browser == "" {
		browser = c.tx.NewSecret(cookieBytes)
		v.cookies = append(v.cookies, c.cookie(flowCookie, browser, 0))
	}
	v.flow.Browser, v.flow.For = browser, v.purpose()
	v.session = c.session()
	return v
}

// purpose ties a flow to its address without repeating it.
func (v *visit) purpose() string {
	sum := sha256.Sum256([]byte(v.action))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

func (c *call) seal(payload string) string {
	mac := hmac.New(sha256.New, c.tx.World().Secret)
	mac.Write([]byte("flow\x00" + payload))
	return payload + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// sealFlow is the hidden field.
func (v *visit) sealFlow() string {
	v.flow.Ends = v.tx.Now().Add(flowLife).Unix()
	text, err := json.Marshal(v.flow)
	if err != nil {
		return ""
	}
	return v.seal(base64.RawURLEncoding.EncodeToString(text))
}

func (c *call) openFlow(field string, f *flow) bool {
	payload, _, _ := strings.Cut(field, ".")
	if field == "" || !hmac.Equal([]byte(c.seal(payload)), []byte(field)) {
		return false
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	return err == nil && json.Unmarshal(text, f) == nil && c.tx.Now().Unix() < f.Ends
}

// cookie makes a cookie for every page of the sign-in service. Applications ask in frames of their own pages, which
// browsers allow over https only.
func (c *call) cookie(name, value string, age time.Duration) *http.Cookie {
	k := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(age / time.Second)}
	if !c.place.Origin.Local() || c.place.Origin.Scheme == "https" {
		k.Secure, k.SameSite = true, http.SameSiteNoneMode
	}
	return k
}

const sessionHost = "login"

// session is the browser's session here, as far as it still counts.
func (c *call) session() state.Session {
	cookie, err := c.http.Cookie(sessionCookie)
	if err != nil {
		return state.Session{}
	}
	s, ok := c.tx.Session(cookie.Value)
	if !ok || s.Host != sessionHost || !c.tx.Now().Before(s.ExpiresAt) {
		return state.Session{}
	}
	return s
}

// remember puts somebody who has just signed in into the session.
func (v *visit) remember(a state.SessionAccount) {
	if v.session.ID == "" {
		v.session = state.Session{
			ID: v.tx.NewSecret(secretBytes), Host: sessionHost, CreatedAt: v.tx.Now(), ExpiresAt: v.tx.Now().Add(sessionLife),
		}
		v.cookies = append(v.cookies, v.cookie(sessionCookie, v.session.ID, sessionLife))
	}
	accounts := make([]state.SessionAccount, 0, len(v.session.Accounts)+1)
	for _, known := range v.session.Accounts {
		if known.Account != a.Account {
			accounts = append(accounts, known)
		}
	}
	v.session.Accounts = append(accounts, a)
	v.tx.PutSession(v.session)
	v.flow.settle(a.Account)
}

const secretBytes = 32

// account is the session's entry of somebody.
func (v *visit) account(a state.Account) (state.SessionAccount, bool) {
	for _, known := range v.session.Accounts {
		if known.Account == a {
			return known, true
		}
	}
	return state.SessionAccount{}, false
}

// sessionState is a GUID that stays the same as long as the session does.
func sessionState(s state.Session) string {
	sum := sha256.Sum256([]byte("state\x00" + s.ID))
	return guid(sum[:])
}

// ask is a reply with a page that goes on with the flow.
func (v *visit) ask(p *page) reply {
	if p.Form != nil {
		p.Form.Action = v.action
		p.Form.Hidden = append(p.Form.Hidden, field{flowField, v.sealFlow()})
	}
	return reply{page: p, cookies: v.cookies}
}

// leave is a redirect at the end of a flow.
func (v *visit) leave(address string) reply {
	h := http.Header{}
	noStore(h)
	h.Set("Location", address)
	return reply{status: http.StatusFound, header: h, cookies: v.cookies}
}
