package sts_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func FuzzTokenForm(f *testing.F) {
	for _, s := range []string{
		"", "grant_type=password", "grant_type=client_credentials&client_id=" + appSecret + "&client_secret=" + secret + "&scope=.default",
		"grant_type=refresh_token&client_id=" + appPublic + "&refresh_token=1.AR", "grant_type=authorization_code&code=1.AQ&client_id=%zz", "a=b;c=d",
	} {
		f.Add(s)
	}
	stand := newStand(f)
	f.Fuzz(func(t *testing.T, form string) {
		s := stand.of(t)
		r := httptest.NewRequest(http.MethodPost, s.tokenURL("contoso.com"), strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if w := s.send(r); w.Code != http.StatusOK && w.Code != http.StatusBadRequest && w.Code != http.StatusUnauthorized {
			t.Errorf("%q: %d %s", form, w.Code, w.Body)
		}
	})
}

func FuzzAuthorizeQuery(f *testing.F) {
	f.Add("client_id=" + appPublic + "&redirect_uri=http%3A%2F%2Flocalhost&response_type=code&scope=openid")
	f.Add("client_id=" + appPublic + "&redirect_uri=https%3A%2F%2Fevil.example")
	stand := newStand(f)
	f.Fuzz(func(t *testing.T, query string) {
		s := stand.of(t)
		r := httptest.NewRequest(http.MethodGet, login+"/contoso.com/oauth2/v2.0/authorize", nil)
		r.URL.RawQuery = query
		w := s.send(r)
		to := w.Header().Get("Location")
		// Without a redirect address in the request, an application's registered one is meant.
		registered := to == ""
		for _, own := range []string{"http://localhost", "https://app.contoso.com/signin", "https://spa.contoso.com/"} {
			registered = registered || strings.HasPrefix(strings.ToLower(to), own)
		}
		if w.Code >= http.StatusInternalServerError || !registered {
			t.Errorf("%q: %d to %s", query, w.Code, to)
		}
	})
}
