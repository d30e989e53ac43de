package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// wireSKU is a subscription of the tenant (graph.md 10).
type wireSKU struct {
	ID               string            `json:"id"`
	AccountID        string            `json:"accountId"`
	AccountName      string            `json:"accountName"`
	AppliesTo        string            `json:"appliesTo"`
	CapabilityStatus string            `json:"capabilityStatus"`
	ConsumedUnits    int               `json:"consumedUnits"`
	SkuID            string            `json:"skuId"`
	SkuPartNumber    string            `json:"skuPartNumber"`
	SubscriptionIDs  []string          `json:"subscriptionIds"`
	PrepaidUnits     wireUnits         `json:"prepaidUnits"`
	ServicePlans     []wireServicePlan `json:"servicePlans"`
}

type wireUnits struct {
	Enabled   int `json:"enabled"`
	LockedOut int `json:"lockedOut"`
	Suspended int `json:"suspended"`
	Warning   int `json:"warning"`
}

type wireServicePlan struct {
	AppliesTo          string `json:"appliesTo"`
	ProvisioningStatus string `json:"provisioningStatus"`
	ServicePlanID      string `json:"servicePlanId"`
	ServicePlanName    string `json:"servicePlanName"`
}

// skuNodes are /subscribedSkus: what the organisation has bought. They take no options.
func skuNodes() []node {
	read := append(readOrganization(), "LicenseAssignment.ReadWrite.All")
	return []node{
		{Name: rootNode, Children: []child{{Name: "subscribedSkus", Of: "subscribedSkus"}}},
		{
			Name: "subscribedSkus", Key: key{Of: "subscribedSku", Resolve: skuByKey},
			Operations: []operation{{
				Name: "subscribedSkus.list", Method: "GET", Handler: listSKUs, Source: "GD:api/subscribedsku-list",
				Delegated: append(read, "Directory.AccessAsUser.All"), Application: read,
			}},
		},
		{
			Name: "subscribedSku", Properties: odata.PropertiesOf(wireSKU{}),
			Operations: []operation{{
				Name: "subscribedSku.get", Method: "GET", Handler: getSKU, Source: "GD:api/subscribedsku-get",
				Delegated: append(read, "Directory.AccessAsUser.All"), Application: read,
			}},
		},
	}
}

func (r *request) skuOf(s directory.SKU) wireSKU {
	w := wireSKU{
		ID: r.tenant.ID + "_" + s.ID, AccountID: r.tenant.ID, AccountName: strings.TrimSuffix(r.tenant.InitialDomain, ".onmicrosoft.com"),
		AppliesTo: "User", CapabilityStatus: "Enabled", SkuID: s.ID, SkuPartNumber: s.Name, SubscriptionIDs: []string{},
		ConsumedUnits: directory.Consumed(r.tx, r.tenant.ID, s.ID), PrepaidUnits: wireUnits{Enabled: directory.PrepaidUnits},
	}
	for _, p := range s.Plans {
		w.ServicePlans = append(w.ServicePlans, wireServicePlan{"User", "Success", p.ID, p.Name})
	}
	return w
}

func skuByKey(r *request, _ any, k odata.Predicate) (any, error) {
	for _, s := range directory.SKUs() {
		if strings.EqualFold(r.tenant.ID+"_"+s.ID, k.Text()) {
			return s, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func listSKUs(r *request, call *odata.Call) (any, error) {
	rows := []wireSKU{}
	for _, s := range directory.SKUs() {
		rows = append(rows, r.skuOf(s))
	}
	return collection(call, "subscribedSkus", rows), nil
}

func getSKU(r *request, call *odata.Call) (any, error) {
	return entity(call, "subscribedSkus", r.skuOf(call.Value.(directory.SKU))), nil
}
