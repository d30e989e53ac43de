package syncclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

const scopes = "https://graph.microsoft.com/Files.ReadWrite.All https://graph.microsoft.com/Sites.Read.All openid profile offline_access"

// grant is what a token endpoint answers.
type grant struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	ExpiresIn    int    `json:"expires_in"`

	Error       string `json:"error"`
	Description string `json:"error_description"`

	DeviceCode string `json:"device_code"`
	Message    string `json:"message"`
	Interval   int    `json:"interval"`
}

// SignInError is a refusal of the sign-in service.
type SignInError struct {
	Tenant            string // where the person wanted to sign in
	Code, Description string
}

func (e *SignInError) Error() string {
	line, _, _ := strings.Cut(e.Description, "\n")
	return "sign-in: " + strings.TrimSpace(line)
}

// session holds the tokens of one person in one organisation: he signs in at home, and the refresh token of home yields a
// token of the organisation where he is a guest.
type session struct {
	o       Options
	tenant  string // of the library
	refresh string
	access  string
	until   time.Time
}

// token returns an access token that is good for a while.
func (s *session) token(ctx context.Context) (string, error) {
	if s.access != "" && time.Until(s.until) > time.Minute {
		return s.access, nil
	}
	if s.refresh == "" {
		if err := s.signIn(ctx); err != nil {
			return "", err
		}
	}
	g, err := s.ask(ctx, s.tenant, "token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.refresh}, "scope": {scopes}})
	if err != nil {
		return "", err
	}
	s.take(g)
	return s.access, nil
}

func (s *session) take(g grant) {
	s.access, s.until = g.AccessToken, time.Now().Add(time.Duration(g.ExpiresIn)*time.Second)
	if g.RefreshToken != "" {
		s.refresh = g.RefreshToken
	}
}

// forget makes the next call ask for a new token.
func (s *session) forget() { s.access = "" }

// signIn gets a refresh token of home. It fails with a [*Refusal] for a Microsoft account, which has no home organisation.
func (s *session) signIn(ctx context.Context) error {
	g, err := s.home(ctx)
	var unknown *SignInError
	switch {
	case errors.As(err, &unknown) && strings.HasPrefix(unknown.Description, "AADSTS50034:") && s.personal(ctx):
		return &Refusal{PersonalAccount, err}
	case err != nil:
		return err
	case strings.EqualFold(signedInFrom(g.IDToken), consumers):
		return &Refusal{PersonalAccount, nil}
	}
	s.refresh = g.RefreshToken
	return nil
}

// home signs in where the person belongs: by password, else by a code that he types into a page.
func (s *session) home(ctx context.Context) (grant, error) {
	if s.o.Password != "" {
		return s.ask(ctx, s.o.Home, "token", url.Values{
			"grant_type": {"password"}, "username": {s.o.User}, "password": {s.o.Password}, "scope": {scopes},
		})
	}
	device, err := s.ask(ctx, s.o.Home, "devicecode", url.Values{"scope": {scopes}})
	if err != nil {
		return grant{}, err
	}
	s.o.tell(Event{Kind: Message, Text: device.Message})
	for {
		if err := pause(ctx, time.Duration(max(device.Interval, 1))*time.Second); err != nil {
			return grant{}, err
		}
		g, err := s.ask(ctx, s.o.Home, "token", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {device.DeviceCode},
		})
		var refused *SignInError
		if errors.As(err, &refused) && (refused.Code == "authorization_pending" || refused.Code == "slow_down") {
			continue
		}
		return g, err
	}
}

// ask sends a form to an endpoint of the sign-in service.
func (s *session) ask(ctx context.Context, tenant, endpoint string, form url.Values) (grant, error) {
	form.Set("client_id", s.o.ClientID)
	address := s.o.Login + "/" + url.PathEscape(tenant) + "/oauth2/v2.0/" + endpoint
	for attempt := 0; ; attempt++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
		if err != nil {
			return grant{}, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := s.o.Client.Do(req)
		if wait, again := retry(res, err, attempt); again {
			drain(res)
			if err := pause(ctx, wait); err != nil {
				return grant{}, err
			}
			continue
		}
		if err != nil {
			return grant{}, err
		}
		defer drain(res)
		var g grant
		if err := json.NewDecoder(res.Body).Decode(&g); err != nil {
			return grant{}, fmt.Errorf("sign-in: %s answers %s", address, res.Status)
		}
		if g.Error != "" {
			return grant{}, &SignInError{tenant, g.Error, g.Description}
		}
		return g, nil
	}
}

var realm = regexp.MustCompile(`realm="([0-9a-fA-F-]{36})"`)

// tenantOf asks a SharePoint host whose it is: a request without a token is refused with the tenant's id.
func tenantOf(ctx context.Context, o Options, site string) (string, error) {
	u, err := url.Parse(site)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.Scheme+"://"+u.Host+"/_api/v2.0/drive", nil)
	if err != nil {
		return "", err
	}
	res, err := o.Client.Do(req)
	if err != nil {
		return "", err
	}
	defer drain(res)
	m := realm.FindStringSubmatch(res.Header.Get("WWW-Authenticate"))
	if m == nil {
		return "", fmt.Errorf("%s does not say which organisation it belongs to", u.Host)
	}
	return strings.ToLower(m[1]), nil
}
