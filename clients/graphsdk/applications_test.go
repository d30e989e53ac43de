package graphsdk_test

import (
	"errors"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

func TestApplications(t *testing.T) {
	t.Parallel()
	w := start(t)
	c := w.as(t, suite, secret)
	body := models.NewApplication()
	body.SetDisplayName(new("Registered"))
	body.SetSignInAudience(new("AzureADMyOrg"))
	made := must(c.Applications().Post(t.Context(), body, nil))(t)
	appID := *made.GetAppId()
	found := must(c.ApplicationsWithAppId(&appID).Get(t.Context(), nil))(t)
	same(t, "applications(appId='…')", found.GetId(), *made.GetId())

	label := models.NewPasswordCredential()
	label.SetDisplayName(new("for the test"))
	wish := applications.NewItemAddPasswordPostRequestBody()
	wish.SetPasswordCredential(label)
	at := c.Applications().ByApplicationId(*made.GetId())
	key := must(at.AddPassword().Post(t.Context(), wish, nil))(t)
	if key.GetKeyId() == nil || key.GetEndDateTime() == nil || value(key.GetSecretText()) == "" {
		t.Fatalf("key %v until %v", key.GetKeyId(), key.GetEndDateTime())
	}
	kept := must(at.Get(t.Context(), nil))(t).GetPasswordCredentials()
	if len(kept) != 1 || kept[0].GetSecretText() != nil || value(kept[0].GetHint()) != value(key.GetSecretText())[:3] {
		t.Errorf("what is told of the secret later: %v", kept)
	}

	principal := models.NewServicePrincipal()
	principal.SetAppId(&appID)
	must(c.ServicePrincipals().Post(t.Context(), principal, nil))(t)
	sp := must(c.ServicePrincipalsWithAppId(&appID).Get(t.Context(), nil))(t)
	same(t, "displayName of the service principal", sp.GetDisplayName(), "Registered")

	_, err := w.as(t, appID, *key.GetSecretText()).Users().Get(t.Context(), nil)
	fails(t, err, 403, "Authorization_RequestDenied")

	remove := applications.NewItemRemovePasswordPostRequestBody()
	remove.SetKeyId(key.GetKeyId())
	ok(t, at.RemovePassword().Post(t.Context(), remove, nil))
	_, err = w.credential(t, appID, *key.GetSecretText()).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{graphScope}})
	if failed, is := errors.AsType[*azidentity.AuthenticationFailedError](err); !is || failed.RawResponse.StatusCode != 401 {
		t.Errorf("with the removed secret: %v", err)
	}
}
