package spoapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
)

// The tenant segments of the sign-in service that SharePoint's own manager sends people to: they prove an account of
// whatever organisation, or a personal one, before the inviting tenant knows anybody.
const (
	anyOrganisation = "organizations"
	anyPersonal     = "consumers"
	anyAccount      = "common"
)

const (
	signInPath = "/_forms/default.aspx"
	// signInLife is how long somebody may take to sign in.
	signInLife = time.Hour
	// mostSignIns bounds the sign-ins that one browser has under way.
	mostSignIns = 8
)

// signingIn is a sign-in under way: what is to happen when the account is proven.
type signingIn struct {
	segment    string // tenant id, organizations or consumers
	hint       string // address to begin with
	back       string // path and query to return to
	invitation string // to be redeemed with the account
	again      bool   // ask which account, although there is a session
}

// toSignIn sends the browser to the sign-in service.
func (p *page) toSignIn(s signingIn) (any, error) {
	if err := p.begin(); err != nil {
		return nil, err
	}
	if !p.tx.Writable() {
		return nil, errEnters
	}
	const random = 16
	id, nonce := p.tx.NewSecret(random), p.tx.NewSecret(random)
	p.dropSignIns()
	p.remember("signin."+id, url.Values{
		"nonce": {nonce}, "back": {s.back}, "invitation": {s.invitation},
		"until": {strconv.FormatInt(p.tx.Now().Add(signInLife).Unix(), 10)},
	}.Encode())
	q := url.Values{
		"client_id": {directory.SharePointAppID}, "response_type": {"id_token"}, "response_mode": {"form_post"},
		"scope": {"openid"}, "nonce": {nonce}, "state": {id}, "redirect_uri": {p.here(signInPath)},
	}
	if s.hint != "" {
		q.Set("login_hint", s.hint)
	}
	if s.again {
		q.Set("prompt", "select_account")
	}
	return redirect(p.origin.Login() + "/" + s.segment + "/oauth2/authorize?" + q.Encode()), nil
}

// dropSignIns forgets sign-ins that ended, and all of them where a browser begins too many.
func (p *page) dropSignIns() {
	n := 0
	for key, value := range p.session.Form {
		if !strings.HasPrefix(key, "signin.") {
			continue
		}
		q, _ := url.ParseQuery(value)
		until, _ := strconv.ParseInt(q.Get("until"), 10, 64)
		if n++; p.tx.Now().Unix() > until || n >= mostSignIns {
			p.remember(key, "")
		}
	}
}

// signInReturn is /_forms/default.aspx: the sign-in service posts its answer here.
func signInReturn(p *page) (any, error) {
	if p.http.Method != http.MethodPost {
		return redirect(p.here("/")), nil
	}
	id := p.form.Get("state")
	q, err := url.ParseQuery(p.session.Form["signin."+id])
	if err != nil || id == "" || len(q) == 0 {
		return p.signInLost()
	}
	if code := p.form.Get("error"); code != "" {
		p.remember("signin."+id, "")
		return view{status: http.StatusForbidden, kind: "error", title: "You are not signed in", body: "error", data: failed{
			Code: code, Text: "The sign-in service answered with an error.", Back: q.Get("back"),
		}}, nil
	}
	if until, _ := strconv.ParseInt(q.Get("until"), 10, 64); p.tx.Now().Unix() > until {
		return nil, problem.New(problem.Expired, problem.TokenExpired, "The sign-in took too long.")
	}
	account, err := p.Tokens.VerifyID(p.tx, p.form.Get("id_token"), directory.SharePointAppID, q.Get("nonce"))
	if err != nil {
		return nil, err
	}
	p.remember("signin."+id, "")
	p.signIn(account)
	if invitation := q.Get("invitation"); invitation != "" {
		return p.redeem(invitation, account)
	}
	return redirect(p.origin.SharePoint(p.tenant.SharePointPrefix(), p.host) + q.Get("back")), nil
}

// signInLost is shown where the answer came without the session that asked for it. Some browsers keep a site's cookies back
// when another site posts to it; then one click sends the same form from here.
func (p *page) signInLost() (any, error) {
	if p.form.Get("again") != "" || p.form.Get("id_token") == "" {
		return nil, problem.New(problem.Invalid, problem.BadToken, "This sign-in was not begun in this browser. Open the link again.")
	}
	return view{kind: "form-post", title: "Continue", body: "continue", data: map[string]string{
		"state": p.form.Get("state"), "id_token": p.form.Get("id_token"), "again": "1",
	}}, nil
}

// back is the path and query of the request, to come back to.
func (p *page) back() string {
	u := p.http.URL
	if u.RawQuery == "" {
		return u.EscapedPath()
	}
	return u.EscapedPath() + "?" + u.RawQuery
}

// localPath is a path on this host that a client gave to return to; "/" for anything that could lead elsewhere.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(s, "//") || strings.Contains(s, `\`) {
		return "/"
	}
	return s
}

// authenticatePage is _layouts/15/Authenticate.aspx?Source=…: sign in and come back; other=1 asks for another account.
func authenticatePage(p *page) (any, error) {
	q := p.http.URL.Query()
	return p.toSignIn(signingIn{
		segment: p.tenant.ID, back: localPath(q.Get("Source")), again: q.Get("other") != "",
	})
}

// signOut ends the session of this host and then that of the sign-in service.
func signOut(p *page) (any, error) {
	if !p.tx.Writable() {
		return nil, errEnters
	}
	if p.session.ID != "" {
		p.tx.DeleteSession(p.session)
	}
	p.setCookie("", -1)
	return redirect(p.origin.Login() + "/" + p.tenant.ID + "/oauth2/logout"), nil
}
