package graphapi

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestOrganizationByReach: who may read himself only sees the organisation's id, name and domains.
func TestOrganizationByReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		as    *world
		whole bool
	}{
		"User.Read":             {w.as(w.megan, "User.Read"), false},
		"Organization.Read.All": {w.as(w.megan, "Organization.Read.All"), true},
		"an application":        {w.app("Organization.Read.All"), true},
	} {
		a := c.as.get("/v1.0/organization").want(200)
		row := a.rows()[0]
		plans, _ := row["assignedPlans"].([]any)
		domains, _ := row["verifiedDomains"].([]any)
		if row["id"] != w.contoso.ID || len(domains) != 2 || (row["createdDateTime"] != nil) != c.whole || (len(plans) > 0) != c.whole {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	w.as(w.megan, "Mail.Read").get("/v1.0/organization").want(403)
}

func TestLicencesAndFederation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sku := directory.SKUs()[0]
	w.update(func(tx *state.Tx) error {
		w.megan.LicenseSkuIDs = []string{sku.ID}
		tx.PutUser(w.megan)
		return directory.SetFederation(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, "contoso.com", "https://sts.contoso.com")
	})
	a := w.as(w.admin).get("/v1.0/subscribedSkus/" + w.contoso.ID + "_" + sku.ID).want(200)
	if a.json["consumedUnits"] != 1.0 || a.json["skuPartNumber"] != sku.Name {
		t.Errorf("licences: %s", a.body)
	}
	if a = w.as(w.admin).get("/v1.0/domains/contoso.com").want(200); a.json["authenticationType"] != "Federated" {
		t.Errorf("domain: %s", a.body)
	}
}
