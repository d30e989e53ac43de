package graphapi

import (
	"encoding/base64"
	"encoding/pem"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestWhoMayHandleApplications: members register and manage their own, unless the policy takes that from them; guests not;
// consent for others is for administrators.
func TestWhoMayHandleApplications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.addGuest(w.kim)
	made := w.as(w.megan).call("POST", "/v1.0/applications", `{"displayName":"Megan's"}`).want(201)
	id, _ := made.json["id"].(string)
	w.as(w.megan).call("PATCH", "/v1.0/applications/"+id, `{"notes":"mine"}`).want(204)
	w.as(w.lee).call("PATCH", "/v1.0/applications/"+id, `{"notes":"mine"}`).want(403)
	w.as(guest).call("POST", "/v1.0/applications", `{"displayName":"Kim's"}`).want(403)
	w.app("Application.ReadWrite.OwnedBy").call("PATCH", "/v1.0/applications/"+id, `{"notes":"mine"}`).want(403)
	owned := w.app("Application.ReadWrite.OwnedBy").call("POST", "/v1.0/applications", `{"displayName":"Its own"}`).want(201)
	ownedID, _ := owned.json["id"].(string)
	w.app("Application.ReadWrite.OwnedBy").call("PATCH", "/v1.0/applications/"+ownedID, `{"notes":"its"}`).want(204)
	w.app("Application.Read.All").call("POST", "/v1.0/applications", `{"displayName":"X"}`).want(403)
	graph := w.as(w.admin).get("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id").want(200)
	graphID, _ := graph.json["id"].(string)
	grant := func(who, user string) string {
		return `{"clientId":"` + graphID + `","consentType":"` + who + `","principalId":` + user + `,"resourceId":"` + graphID + `","scope":"User.Read"}`
	}
	w.as(w.megan).call("POST", "/v1.0/oauth2PermissionGrants", grant("AllPrincipals", "null")).want(403)
	w.as(w.megan).call("POST", "/v1.0/oauth2PermissionGrants", grant("Principal", `"`+w.lee.ID+`"`)).want(403)
	w.as(w.megan).call("POST", "/v1.0/oauth2PermissionGrants", grant("Principal", `"`+w.megan.ID+`"`)).want(201)
	w.as(w.admin).call("PATCH", "/v1.0/policies/authorizationPolicy", `{"defaultUserRolePermissions":{"allowedToCreateApps":false}}`).want(204)
	w.as(w.megan).call("POST", "/v1.0/applications", `{"displayName":"Another"}`).want(403)
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	made := admin.call("POST", "/v1.0/applications", `{"displayName":"App"}`).want(201)
	own := "/v1.0/applications/" + made.json["id"].(string)
	block, _ := pem.Decode([]byte(certificate))
	for name, key := range map[string]string{
		"DER": base64.StdEncoding.EncodeToString(block.Bytes),
		"PEM": base64.StdEncoding.EncodeToString([]byte(certificate)),
	} {
		admin.call("PATCH", own, `{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"`+key+`"}]}`).want(204)
		a := admin.get(own + "?$select=keyCredentials").want(200)
		keys, _ := a.json["keyCredentials"].([]any)
		if len(keys) != 1 {
			t.Fatalf("%s: %s", name, a.body)
		}
		k, _ := keys[0].(map[string]any)
		if len(k["customKeyIdentifier"].(string)) != 40 || k["key"] != nil || k["endDateTime"] == nil {
			t.Errorf("%s: %v", name, k)
		}
		keyID, _ := k["keyId"].(string)
		admin.call("PATCH", own, `{"keyCredentials":[{"keyId":"`+keyID+`"}]}`).want(204) // kept without its bytes
	}
	w.update(func(tx *state.Tx) error {
		a, _ := directory.FindClient(tx, made.json["appId"].(string))
		if len(a.Certificates) != 1 || len(a.Certificates[0].DER) != len(block.Bytes) {
			t.Errorf("certificates %v", a.Certificates)
		}
		return nil
	})
}

// certificate is a client's, made for this test; its key was thrown away.
const certificate = `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUSd1Z9d+9LmcNzkQ8aCZoi5jI6AEwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGQ2xpZW50MB4XDTI2MTEyNTA4MjAzNVoXDTQ2MTEyMDA4MjAz
NVowETEPMA0GA1UEAwwGQ2xpZW50MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
UXoSKt0MrY5FB1+DYF7vBXuiHIUZgCo1QkWDuohyBL6KK9AG9SDE0sb7PZAHt4VP
OSRb2FOLaOhWdybfrfLFlKNTMFEwHQYDVR0OBBYEFLo2IBlnZhLR2/gCs9sLq2dh
4lngMB8GA1UdIwQYMBaAFLo2IBlnZhLR2/gCs9sLq2dh4lngMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAOL8MCKv9YokAZKCmlFYfpweIgKlEhjo
8ByeKFPIgNt6AiArNafZR+sYt2OQOtSql0nWFGJOhoMD/41YYv5F6sEaQw==
-----END CERTIFICATE-----
`

func TestMyOrganization(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.as(w.admin).get("/v1.0/myorganization/servicePrincipals?$filter=appId%20eq%20'00000003-0000-0000-c000-000000000000'&$select=id").want(200)
	if len(a.rows()) != 1 {
		t.Error(a.body)
	}
	w.as(w.admin).get("/v1.0/myOrganization/users/" + w.megan.ID).want(200)
}
