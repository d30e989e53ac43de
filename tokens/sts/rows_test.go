package sts_test

import (
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

func deviceRows() []refusalRow {
	poll := func(answer, version string, after time.Duration) func(*stand) *httptest.ResponseRecorder {
		return func(s *stand) *httptest.ResponseRecorder {
			path, form := "/oauth2/v2.0", url.Values{"client_id": {appPublic}, "scope": {"openid offline_access User.Read"}}
			if version == "v1" {
				path, form = "/oauth2", url.Values{"client_id": {appPublic}, "resource": {"https://graph.microsoft.com"}}
			}
			d := body(s.tb, s.post(login+"/contoso.com"+path+"/devicecode", form))
			if answer != "" {
				p := s.as(s.megan)
				p.userCode, p.answers = d["user_code"].(string), map[string]string{"device-confirm": answer}
				s.browser().visit("https://microsoft.com/devicelogin", p)
			}
			s.advance(after)
			return s.post(login+"/contoso.com"+path+"/token", url.Values{"grant_type": {"device_code"}, "client_id": {appPublic}, "device_code": {d["device_code"].(string)}})
		}
	}
	return []refusalRow{
		{name: "pending", code: 70016, error: "authorization_pending", provoke: poll("", "v2", 0)},
		{name: "unknown device code", code: 70018, error: "bad_verification_code", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("contoso.com", "grant_type", "device_code", "client_id", appPublic, "device_code", "garbage")
		}},
		{name: "expired", code: 70019, error: "expired_token", provoke: poll("", "v2", 16*time.Minute)},
		{name: "expired, version 1", code: 70019, error: "code_expired", provoke: poll("", "v1", 16*time.Minute)},
		{name: "declined", code: 70018, error: "authorization_declined", provoke: poll("cancel", "v2", 0)},
		{name: "declined, version 1", code: 70018, error: "access_denied", provoke: poll("cancel", "v1", 0)},
	}
}

func pageRows() []refusalRow {
	at := func(tenant string, pairs ...string) func(*stand) *httptest.ResponseRecorder {
		return func(s *stand) *httptest.ResponseRecorder {
			return s.page(s.authorizeURL(tenant, pairs...), s.as(s.megan))
		}
	}
	return []refusalRow{
		{name: "unknown client", kind: "page", code: 700016, provoke: at("contoso.com", "client_id", "12345678-1234-4234-8234-123456789012")},
		{name: "unknown tenant", kind: "page", code: 90002, provoke: at("nosuch.example")},
		{name: "unregistered address", kind: "page", code: 50011, description: "https://evil.example/cb", provoke: at("contoso.com", "redirect_uri", "https://evil.example/cb")},
		{name: "no address at all", kind: "page", code: 500113, provoke: at("contoso.com", "client_id", appBare)},
		{name: "one organisation's application at common", kind: "page", code: 50194, provoke: at("common", "client_id", appSPA, "redirect_uri", "https://spa.contoso.com/")},
		{name: "administrator's consent needed", kind: "page", code: 90094, provoke: at("contoso.com", "client_id", appUnknown, "scope", "openid User.Read.All")},
		{name: "not assigned", kind: "page", code: 50105, provoke: at("contoso.com", "client_id", appAssigned)},
		{name: "disabled application", kind: "page", code: 7000112, provoke: at("contoso.com", "client_id", appDisabled)},
		{name: "not invited", kind: "page", code: 50020, description: "Fabrikam", provoke: at("fabrikam.com")},
		{name: "unknown invitation", kind: "page", code: 90100, provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.get(login + "/redeem?rd=https%3A%2F%2Fevil.example%2F")
		}},
		{name: "somebody else's invitation", kind: "page", code: 16003, description: "dave@fabrikam.com", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.page(s.redeemURL, s.as(s.carol))
		}},
	}
}

func redirectRows() []refusalRow {
	at := func(pairs ...string) func(*stand) *httptest.ResponseRecorder {
		return func(s *stand) *httptest.ResponseRecorder {
			return s.page(s.authorizeURL("contoso.com", pairs...), person{login: "megan@contoso.com", password: password, answers: map[string]string{"consent": "cancel"}})
		}
	}
	// silent asks without a page, from a browser that somebody has signed in with.
	silent := func(tenant string, before func(*stand), people ...func(*stand) state.User) func(*stand) *httptest.ResponseRecorder {
		return func(s *stand) *httptest.ResponseRecorder {
			b := s.browser()
			for _, p := range people {
				b.visit(s.authorizeURL("common", "prompt", "login"), s.as(p(s)))
			}
			s.advance(time.Second)
			if before != nil {
				before(s)
			}
			w, _ := b.visit(s.authorizeURL(tenant, "prompt", "none"), person{})
			return w
		}
	}
	megan := func(s *stand) state.User { return s.megan }
	carol := func(s *stand) state.User { return s.carol }
	return []refusalRow{
		{name: "no session", code: 50058, error: "login_required", provoke: silent("contoso.com", nil)},
		{name: "several sessions", code: 16000, error: "interaction_required", provoke: silent("contoso.com", nil, megan, carol)},
		{name: "a session of somebody unknown there", code: 16003, error: "interaction_required", provoke: silent("fabrikam.com", nil, megan)},
		{name: "a session before a new password", code: 50133, error: "login_required", provoke: silent("contoso.com", func(s *stand) {
			s.change(s.megan, func(u *state.User) { u.Password = "Another-1234" })
		}, megan)},
		{name: "a revoked session", code: 50132, error: "login_required", provoke: silent("contoso.com", func(s *stand) {
			s.update(func(tx *state.Tx) error {
				_, err := directory.RevokeSessions(tx, directory.SystemPrincipal(s.contoso.ID), s.megan)
				return err
			})
		}, megan)},
		{name: "second factor of a session", code: 50076, error: "interaction_required", provoke: silent("contoso.com", func(s *stand) {
			s.change(s.megan, func(u *state.User) { u.MFARequired = true })
		}, megan)},
		{name: "declined", code: 65004, error: "access_denied", provoke: at("client_id", appUnknown)},
		{name: "no response type", code: 900144, error: "invalid_request", provoke: at("response_type", "")},
		{name: "unknown response type", code: 70007, error: "unsupported_response_type", provoke: at("response_type", "magic")},
		{name: "a token in the query", code: 70007, error: "invalid_request", provoke: at("response_type", "id_token", "response_mode", "query", "nonce", "n")},
		{name: "an id token that is not enabled", code: 700054, error: "unsupported_response_type", provoke: at("response_type", "id_token", "nonce", "n")},
		{name: "unknown prompt", code: 90023, error: "invalid_request", provoke: at("prompt", "magic")},
		{name: "no scope", code: 900144, error: "invalid_request", provoke: at("scope", "")},
	}
}
