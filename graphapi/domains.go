package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireDomain is a domain of the tenant; its id is its name (graph.md 10).
type wireDomain struct {
	ID                               string           `json:"id"`
	AuthenticationType               string           `json:"authenticationType"`
	AvailabilityStatus               *string          `json:"availabilityStatus"`
	IsAdminManaged                   bool             `json:"isAdminManaged"`
	IsDefault                        bool             `json:"isDefault"`
	IsInitial                        bool             `json:"isInitial"`
	IsRoot                           bool             `json:"isRoot"`
	IsVerified                       bool             `json:"isVerified"`
	SupportedServices                []string         `json:"supportedServices"`
	PasswordValidityPeriodInDays     *int             `json:"passwordValidityPeriodInDays"`
	PasswordNotificationWindowInDays *int             `json:"passwordNotificationWindowInDays"`
	State                            *wireDomainState `json:"state"`
	Manufacturer                     *string          `json:"manufacturer"`
	Model                            *string          `json:"model"`
}

type wireDomainState struct {
	LastActionDateTime *string `json:"lastActionDateTime"`
	Operation          *string `json:"operation"`
	Status             *string `json:"status"`
}

// domainNodes are /domains: what the organisation owns.
func domainNodes() []node {
	read := []string{"Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	return []node{
		{Name: rootNode, Children: []child{{Name: "domains", Of: "domains"}}},
		{
			Name: "domains", Key: key{Of: "domain", Resolve: domainByKey},
			Operations: []operation{{
				Name: "domains.list", Method: "GET", Countable: true, Handler: listDomains, Source: "GD:api/domain-list",
				Delegated: append(read, "Directory.AccessAsUser.All"), Application: read,
			}},
		},
		{
			Name: "domain", Properties: odata.PropertiesOf(wireDomain{}),
			Operations: []operation{{
				Name: "domain.get", Method: "GET", Handler: getDomain, Source: "GD:api/domain-get",
				Delegated: append(read, "Directory.AccessAsUser.All"), Application: read,
			}},
			NotEmulated: []string{
				"domainNameReferences", "federationConfiguration", "forceDelete", "promote", "promoteToInitial", "rootDomain",
				"serviceConfigurationRecords", "sharedEmailDomainInvitations", "verificationDnsRecords", "verify",
			},
		},
	}
}

func domainByKey(r *request, _ any, k odata.Predicate) (any, error) {
	for _, d := range r.tenant.Domains {
		if strings.EqualFold(d.Name, k.Text()) {
			return d, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func (r *request) domainOf(d state.Domain) wireDomain {
	w := wireDomain{
		ID: d.Name, AuthenticationType: domainType(d), IsAdminManaged: true, IsDefault: d.Default, IsInitial: d.Initial, IsRoot: true,
		IsVerified: true, SupportedServices: []string{"Email", "OfficeCommunicationsOnline"},
	}
	for _, other := range r.tenant.Domains {
		w.IsRoot = w.IsRoot && !strings.HasSuffix(strings.ToLower(d.Name), "."+strings.ToLower(other.Name))
	}
	return w
}

func listDomains(r *request, call *odata.Call) (any, error) {
	rows := []wireDomain{}
	for _, d := range r.tenant.Domains {
		if w := r.domainOf(d); odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerRows(r, call, "domains", rows, func(w wireDomain) string { return w.ID })
}

func getDomain(r *request, call *odata.Call) (any, error) {
	return entity(call, "domains", r.domainOf(call.Value.(state.Domain))), nil
}
