package directory

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// SKU is a product that every organisation here has bought. Licences have no effect; they are there to be read.
type SKU struct {
	ID, Name string
	Plans    []ServicePlan
}

// ServicePlan is a part of a product.
type ServicePlan struct{ ID, Name, Service string }

// PrepaidUnits is how many licences of each product an organisation has.
const PrepaidUnits = 250

// SKUs are the products (ids: "Product names and service plan identifiers for licensing").
func SKUs() []SKU {
	plans := ServicePlans()
	return []SKU{
		{"6fd2c87f-b296-42f0-b197-1e91e994b900", "ENTERPRISEPACK", plans[:2]},
		{"c7df2760-2c81-4ef7-b578-5b5392b571df", "ENTERPRISEPREMIUM", plans[:2]},
		{"078d2b04-f1bd-4111-bbd4-b4b1b354cef4", "AAD_PREMIUM", plans[2:]},
	}
}

// ServicePlans are all plans of the products.
func ServicePlans() []ServicePlan {
	return []ServicePlan{
		{"efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE", "exchange"},
		{"5dbe027f-2339-4123-9542-606e4d348a72", "SHAREPOINTENTERPRISE", "SharePoint"},
		{"41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM", "AADPremiumService"},
	}
}

// Consumed counts the users of a tenant who hold a licence.
func Consumed(tx *state.Tx, tenant, sku string) int {
	n := 0
	for u := range tx.Users(tenant) {
		if slices.ContainsFunc(u.LicenseSkuIDs, func(id string) bool { return strings.EqualFold(id, sku) }) {
			n++
		}
	}
	return n
}
