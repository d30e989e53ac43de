package openapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	_, errs := start(t).ValidateDocument()
	for _, e := range errs {
		t.Errorf("%s: %s %v", e.Message, e.Reason, e.SchemaValidationErrors)
	}
}

const (
	suite = "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"
	graph = "https://graph.microsoft.com"
)

// story calls every operation so that each succeeds; a line is method, path and body. What an earlier answer gave stands in
// it as <EXPORT>, <REDEEM> and <LETTER>.
const story = `
GET /livez
GET /readyz
GET /health
GET /_tennantite/v1/info
GET /_tennantite/v1/ca.pem
GET /_tennantite/v1/environment
GET /_tennantite/v1/environment?format=json
GET /_tennantite/v1/environment?format=fish
GET /_tennantite/v1/openapi.json

GET /_tennantite/v1/worlds
POST /_tennantite/v1/worlds {"name": "other", "from": "main", "listen": true, "idle": "never"}
PATCH /_tennantite/v1/worlds/other {"idle": "PT10M"}
DELETE /_tennantite/v1/worlds/other

PUT /_tennantite/v1/clock {"mode": "frozen", "now": "2030-01-01T00:00:00Z"}
GET /_tennantite/v1/clock
POST /_tennantite/v1/clock/advance {"by": "PT1H"}
POST /_tennantite/v1/snapshots {"name": "early"}
GET /_tennantite/v1/snapshots
PUT /_tennantite/v1/public-url {"url": "http://localhost:1"}
PUT /_tennantite/v1/public-url {"url": ""}

GET /_tennantite/v1/tenants
POST /_tennantite/v1/tenants {"displayName": "Woodgrove", "prefix": "woodgrove", "people": ["ann"], "domains": ["woodgrove.example"], "profile": "otp", "password": "Long-enough-1"}
GET /_tennantite/v1/tenants/contoso.com
PATCH /_tennantite/v1/tenants/contoso.com {"profile": "b2b", "sharing": {"SharingCapability": "ExternalUserAndGuestSharing"}, "sites": {"/sites/project-x": {"SharingCapability": "ExternalUserSharingOnly"}}, "knownIssues": {"guestMfa": false}}
PATCH /_tennantite/v1/tenants/contoso.com {"federatedDomains": {"adfs.example": {"sts": "https://sts.adfs.example/adfs/ls"}}}
PATCH /_tennantite/v1/tenants/contoso.com {"federatedDomains": {"adfs.example": null}}

POST /_tennantite/v1/tokens {"tenant": "contoso.com", "as": "adele@contoso.com", "app": "` + suite + `", "resource": "` + graph + `", "expiresIn": -5, "claims": {"acr": "1"}, "signature": "invalid"}
POST /_tennantite/v1/keys/rotate
POST /_tennantite/v1/tokens {"tenant": "contoso.com", "app": "` + suite + `", "resource": "` + graph + `"}
POST https://graph.microsoft.com/v1.0/invitations {"invitedUserEmailAddress": "carol@fabrikam.com", "inviteRedirectUrl": "https://contoso.com", "sendInvitationMessage": true}
POST /_tennantite/v1/redemptions {"url": "<REDEEM>", "as": "carol@fabrikam.com", "account": "organizational"}
POST https://graph.microsoft.com/v1.0/invitations {"invitedUserEmailAddress": "erin@outlook.com", "inviteRedirectUrl": "https://contoso.com", "sendInvitationMessage": true}
POST /_tennantite/v1/explain {"tenant": "contoso.com", "actor": "carol@fabrikam.com", "action": "read", "target": "https://contoso.sharepoint.com/sites/project-x"}
GET /_tennantite/v1/sync/eligibility?user=carol@fabrikam.com&url=https://contoso.sharepoint.com/sites/project-x&signIn=adal

GET /_tennantite/v1/mail
GET /_tennantite/v1/mail?to=carol@fabrikam.com&kind=b2b-invitation&wait=PT1S
GET /_tennantite/v1/mail/<LETTER>
GET /_tennantite/v1/mail/latest?wait=1s
GET /_tennantite/v1/mailpit/api/v1/messages?start=0&limit=1
GET /_tennantite/v1/mailpit/api/v1/search?query=to:carol
GET /_tennantite/v1/mailpit/api/v1/message/latest
GET /_tennantite/v1/mailpit/view/latest.html
GET /_tennantite/v1/mailpit/view/latest.txt

PUT /_tennantite/v1/faults {"rules": [{"match": {"host": "x", "protocol": "HTTP/2.0", "keptAlive": true}, "effect": {"status": 429, "retryAfter": 1, "rateLimit": {"limit": 1, "remaining": 0, "reset": 1}, "delay": "PT1S", "headers": {"a": "b"}, "body": {"a": 1}}, "limit": {"times": 1, "probability": 0.5, "spareRetry": true}}], "profile": "realistic"}
GET /_tennantite/v1/faults
POST /_tennantite/v1/faults/queue {"match": {"host": "x"}, "effects": [{"status": 503, "body": "x"}, {"drop": true}, {"truncate": true}, {"lostWrite": true}, {"resync": "resyncRequired"}]}
DELETE /_tennantite/v1/faults/1
DELETE /_tennantite/v1/faults
PUT /_tennantite/v1/lag {"object": {"times": 1}, "relation": {"time": "PT1S"}}
GET /_tennantite/v1/lag
PUT /_tennantite/v1/lag {}

GET /_tennantite/v1/audit
GET /_tennantite/v1/audit?operation=Invite%20external%20user&since=1
GET /_tennantite/v1/events
GET /_tennantite/v1/requests
GET /_tennantite/v1/requests?limit=1&surface=graph&tooEarly=false&status=201
GET /_tennantite/v1/requests/unmatched
GET /_tennantite/v1/requests.har
POST /_tennantite/v1/requests/count {"surface": "graph", "from": "2029-01-01T00:00:00Z"}
POST /_tennantite/v1/requests/verify {"match": {"method": "POST"}, "atLeast": 1}
POST /_tennantite/v1/requests/verify {"match": {"method": "PURGE"}, "times": 0}
DELETE /_tennantite/v1/requests

DELETE /_tennantite/v1/mailpit/api/v1/messages {"IDs": ["<LETTER>"]}
DELETE /_tennantite/v1/mail?to=carol@fabrikam.com
GET /_tennantite/v1/export
POST /_tennantite/v1/import <EXPORT>
POST /_tennantite/v1/snapshots/early/restore
DELETE /_tennantite/v1/snapshots/early
POST /_tennantite/v1/reset
`

// TestEveryOperation calls each operation once or more and holds what was asked and answered to the document.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	s := start(t)
	called := map[string]bool{}
	known := map[string]string{}
	for line := range strings.Lines(story) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		for name, value := range known {
			line = strings.ReplaceAll(line, "<"+name+">", value)
		}
		method, rest, _ := strings.Cut(line, " ")
		path, body, _ := strings.Cut(rest, " ")
		if !strings.HasPrefix(path, "/") { // what is told of needs to happen
			known["REDEEM"] = s.invite(t, known["TOKEN"], body)
			continue
		}
		r := request{method: method, path: path, body: body}
		if path == prefix+"/import" {
			r.contentType = "application/yaml"
		}
		template, _ := s.at(t, method, path)
		called[method+template] = true
		if _, errs := s.ValidateHttpRequest(s.http(t, r)); len(errs) > 0 {
			t.Errorf("%s: the document allows no such request: %s %v", line, errs[0].Reason, errs[0].SchemaValidationErrors)
		}
		a := s.ask(t, r)
		if a.StatusCode/100 != 2 {
			t.Fatalf("%s: %s %s", line, a.Status, a.text)
		}
		s.fits(t, a)
		remember(t, known, path, a.text)
	}
	for path, methods := range s.paths {
		for method := range methods {
			if !called[strings.ToUpper(method)+path] {
				t.Errorf("the story has no %s %s", method, path)
			}
		}
	}
}

// remember keeps what later lines of the story need.
func remember(t *testing.T, known map[string]string, path string, text []byte) {
	t.Helper()
	switch path {
	case prefix + "/export":
		known["EXPORT"] = string(text)
	case prefix + "/tokens":
		var minted struct {
			AccessToken string `json:"access_token"`
		}
		read(t, text, &minted)
		known["TOKEN"] = minted.AccessToken
	case prefix + "/mail":
		var mail struct{ Value []struct{ ID string } }
		read(t, text, &mail)
		if len(mail.Value) == 0 {
			t.Fatal("nobody has mail")
		}
		known["LETTER"] = mail.Value[0].ID
	}
}

func read(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// invite asks Graph for an invitation and returns the address that redeems it.
func (s *stand) invite(t *testing.T, token, body string) string {
	t.Helper()
	req := s.http(t, request{method: http.MethodPost, path: "/v1.0/invitations", body: body})
	req.Host = "graph.microsoft.com"
	req.Header.Set("Authorization", "Bearer "+token)
	got, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var made struct{ InviteRedeemURL string }
	if err := json.NewDecoder(got.Body).Decode(&made); err != nil || made.InviteRedeemURL == "" {
		t.Fatal(got.Status, err)
	}
	return made.InviteRedeemURL
}
