package sts

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// logout ends the browser's session, calls the applications that it signed in to, and leads back to the one that asked,
// if the address is registered (identity.md 1.9).
func (c *call) logout() (reply, error) {
	v := c.visit(nil)
	clients := v.session.Clients
	var frames []string
	for _, k := range clients {
		if app, ok := v.tx.ApplicationByAppID(k.AppID); ok && absoluteURL(app.LogoutURL) {
			frames = append(frames, withQuery(app.LogoutURL, url.Values{"sid": {k.SID}, "iss": {tokens.IssuerV2(v.login, k.TenantID)}}))
		}
	}
	if v.session.ID != "" {
		v.tx.DeleteSession(v.session)
		v.cookies = append(v.cookies, v.cookie(sessionCookie, "", -time.Second))
	}
	next := v.afterLogout(clients)
	if next != "" && len(frames) == 0 {
		return v.leave(next), nil
	}
	return v.ask(&page{
		Kind: "signed-out", Title: "You signed out of your account", Lead: []string{"It's a good idea to close all browser windows."},
		Frames: frames, Next: next,
	}), nil
}

// afterLogout is where the browser goes on to: an address of an application that it was signed in to, or that is named.
func (v *visit) afterLogout(clients []state.SessionClient) string {
	to := v.param("post_logout_redirect_uri")
	if to == "" {
		return ""
	}
	ids := make([]string, 0, len(clients)+2)
	for _, k := range clients {
		ids = append(ids, k.AppID)
	}
	ids = append(ids, v.param("client_id"))
	if hint := v.param("id_token_hint"); hint != "" {
		ids = append(ids, v.Tokens.HintedClient(v.tx, hint))
	}
	for _, id := range ids {
		app, err := tokens.FindClient(v.tx, state.Tenant{}, id, nil)
		if err != nil {
			continue
		}
		if _, _, err := tokens.MatchRedirect(v.tx, app, to, nil); err == nil || to == app.LogoutURL {
			if s := v.param("state"); s != "" {
				return redirectTo(to, modeQuery, []field{{"state", s}})
			}
			return to
		}
	}
	return ""
}

func absoluteURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// userInfoDocument is what the OpenID userinfo endpoint says (identity.md 1.9).
type userInfoDocument struct {
	Sub        string `json:"sub"`
	Name       string `json:"name,omitempty"`
	FamilyName string `json:"family_name,omitempty"`
	GivenName  string `json:"given_name,omitempty"`
	Picture    string `json:"picture,omitempty"`
	Email      string `json:"email,omitempty"`
}

// bearerError is the body of a refusal there.
type bearerError struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (c *call) userInfo() (reply, error) {
	scheme, raw, _ := strings.Cut(c.http.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		raw = ""
	}
	u, err := c.Tokens.UserInfo(c.tx, strings.TrimSpace(raw))
	if err != nil {
		return c.refuseUserInfo(err), nil
	}
	return reply{status: http.StatusOK, body: userInfoDocument{
		Sub: u.Subject, Name: u.Name, FamilyName: u.FamilyName, GivenName: u.GivenName, Email: u.Email,
		Picture: c.place.Origin.Graph() + "/v1.0/me/photo/$value",
	}}, nil
}

func (c *call) refuseUserInfo(err error) reply {
	status, code := http.StatusUnauthorized, "InvalidAuthenticationToken"
	if problem.ReasonOf(err) == problem.MissingScope {
		status, code = http.StatusForbidden, "UnknownError"
	}
	b := bearerError{}
	b.Error.Code, b.Error.Message = code, problem.As(err).Detail
	h := http.Header{}
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+c.login+`/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
	}
	return reply{status: status, header: h, body: b}
}
