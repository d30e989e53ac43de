package sts

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// answer hands out what the authorize endpoint was asked for: a code, and tokens directly where the application may.
func (v *visit) answer(a authorization, who state.SessionAccount, t state.Tenant, u state.User) (reply, error) {
	sid := v.join(a.client, t)
	var params []field
	code := ""
	if a.code {
		c := v.Tokens.NewCode(v.tx, state.AuthCode{
			TenantSegment: v.segment, TenantID: t.ID, AppID: a.client.AppID, Account: who.Account, UserID: u.ID,
			RedirectURI: v.redirectAsked(a), Scope: a.scopes.String(), Resource: a.resource, Version: a.version, Nonce: v.param("nonce"),
			Challenge: v.param("code_challenge"), ChallengeMethod: v.param("code_challenge_method"), SessionID: sid,
			AuthTime: who.AuthTime, AMR: who.AMR, Claims: v.param("claims"), SPA: a.kind == tokens.RedirectSPA,
		})
		code = c.ID
		params = append(params, field{"code", code})
	}
	set := tokens.Set{}
	if a.id || a.token {
		var err error
		if set, err = v.Tokens.Direct(v.tx, tokens.Request{
			Segment: v.segment, Tenant: t, Endpoint: a.version, Client: a.client, Scopes: a.scopes, Claims: v.param("claims"),
			Login: v.login, Graph: v.place.Origin.Graph(), IPAddress: v.address(), Pass: v.pass,
		}, tokens.DirectGrant{
			Account: who.Account, User: u, AuthTime: who.AuthTime, AMR: who.AMR, SessionID: sid, Nonce: v.param("nonce"), Access: a.token,
		}); err != nil {
			return v.refuse(a, err)
		}
	}
	v.recordSuccess(tokens.Grant{Tenant: t, User: u, Client: a.client, Resource: set.Grant.Resource}, true)
	if v.param("client_info") != "" {
		params = append(params, field{"client_info", clientInfo(tokens.IdentityOf(who.Account, u))})
	}
	if a.state != "" {
		params = append(params, field{"state", a.state})
	}
	params = append(params, field{"session_state", sessionState(v.session)})
	if !a.id && !a.token {
		return v.respond(a, params), nil
	}
	return reply{cookies: v.cookies, finish: func(rep *reply) error {
		direct, err := a.sign(set, code)
		if err == nil {
			*rep = v.respond(a, append(direct, params...))
		}
		return err
	}}, nil
}

// redirectAsked is what the token endpoint will have to name: the address as it was given, or nothing.
func (v *visit) redirectAsked(a authorization) string {
	if given := v.param("redirect_uri"); given != "" {
		return given
	}
	return a.redirect
}

// sign signs the tokens of a direct answer; the id token vouches for the code and the access token beside it.
func (a authorization) sign(set tokens.Set, code string) ([]field, error) {
	var out []field
	access := ""
	if a.token {
		var err error
		if access, err = set.Access.Sign(); err != nil {
			return nil, err
		}
		out = append(out, field{"access_token", access}, field{"token_type", "Bearer"},
			field{"expires_in", strconv.Itoa(int(set.Access.ExpiresIn / time.Second))}, field{"scope", set.Scope})
	}
	if !a.id {
		return out, nil
	}
	if code != "" {
		set.ID.Claims["c_hash"] = halfHash(code)
	}
	if access != "" {
		set.ID.Claims["at_hash"] = halfHash(access)
	}
	id, err := set.ID.Sign()
	return append(out, field{"id_token", id}), err
}

// halfHash is the left half of the SHA-256, as OpenID Connect Core 3.3.2.11 wants it.
func halfHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// join notes that the session signed in to an application, for its logout, and returns the session's id there.
func (v *visit) join(client state.Application, t state.Tenant) string {
	sid := sessionState(v.session)
	for _, known := range v.session.Clients {
		if known.AppID == client.AppID && known.TenantID == t.ID {
			return sid
		}
	}
	if v.session.ID != "" {
		v.session.Clients = append(slices.Clip(v.session.Clients), state.SessionClient{AppID: client.AppID, TenantID: t.ID, SID: sid})
		v.tx.PutSession(v.session)
	}
	return sid
}

// respond sends parameters to the application in the mode that it asked for.
func (v *visit) respond(a authorization, params []field) reply {
	if a.mode == modeForm {
		return reply{cookies: v.cookies, page: &page{
			Kind: "form-post", Title: "Working...", Submit: true, Lead: []string{"You are being taken back to the application."},
			Form: &form{Action: a.redirect, Hidden: params, Buttons: []button{{Label: "Continue", Main: true}}},
		}}
	}
	return v.leave(redirectTo(a.redirect, a.mode, params))
}

// redirectTo adds parameters to an address, as query or fragment. An address without a path gets its slash
// (identity.md 2.4).
func redirectTo(address, mode string, params []field) string {
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value))
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" && u.Path == "" {
		u.Path = "/"
		address = u.String()
	}
	if mode == modeFragment {
		return address + "#" + b.String()
	}
	if strings.Contains(address, "?") {
		return address + "&" + b.String()
	}
	return address + "?" + b.String()
}
