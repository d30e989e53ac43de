package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

const crossTenantName = "crossTenantAccessPolicy"

// crossTenantNodes are policies/crossTenantAccessPolicy with its default and its partners (graph.md 6.2).
func crossTenantNodes() []node {
	write := []string{"Policy.ReadWrite.CrossTenantAccess"}
	const source = "GDC:api/crosstenantaccesspolicy"
	return []node{
		{Name: "policies", Children: []child{{Name: crossTenantName, Of: crossTenantName}}},
		{
			Name: crossTenantName, Properties: odata.PropertiesOf(wireCrossTenant{}),
			Children: []child{{Name: "default", Of: "crossTenantDefault"}, {Name: "partners", Of: "crossTenantPartners"}},
			Operations: []operation{
				{
					Name: "crossTenant.get", Method: "GET", Handler: getCrossTenant, Source: source + "-get",
					Delegated: readPolicies(), Application: readPolicies(),
				},
				{
					Name: "crossTenant.update", Method: "PATCH", Handler: updateCrossTenant, Source: source + "-update",
					Delegated: write, Application: write,
				},
			},
			NotEmulated: []string{"templates"},
		},
		{
			Name: "crossTenantDefault", Properties: odata.PropertiesOf(wireCrossTenantDefault{}),
			Operations: []operation{
				{
					Name: "crossTenantDefault.get", Method: "GET", Handler: getCrossTenantDefault, Source: source + "configurationdefault-get",
					Delegated: readPolicies(), Application: readPolicies(),
				},
				{
					Name: "crossTenantDefault.update", Method: "PATCH", Handler: updateCrossTenantDefault,
					Source: source + "configurationdefault-update", Delegated: write, Application: write,
				},
				{
					Name: "crossTenantDefault.reset", Method: "POST", Segment: "resetToSystemDefault", Handler: resetCrossTenantDefault,
					Source: source + "configurationdefault-resettosystemdefault", Delegated: write, Application: write,
				},
			},
		},
		{
			Name: "crossTenantPartners", Key: key{Of: "crossTenantPartner", Name: "tenantId", Resolve: partnerByKey},
			Operations: []operation{
				{
					Name: "crossTenantPartners.list", Method: "GET", Countable: true, Handler: listPartners, Source: source + "-list-partners",
					Delegated: readPolicies(), Application: readPolicies(),
				},
				{
					Name: "crossTenantPartners.create", Method: "POST", Handler: createPartner, Source: source + "-post-partners",
					Delegated: write, Application: write,
				},
			},
		},
		{
			Name: "crossTenantPartner", Properties: odata.PropertiesOf(wireCrossTenantPartner{}),
			Operations: []operation{
				{
					Name: "crossTenantPartner.get", Method: "GET", Handler: getPartner, Source: source + "configurationpartner-get",
					Delegated: readPolicies(), Application: readPolicies(),
				},
				{
					Name: "crossTenantPartner.update", Method: "PATCH", Handler: updatePartner, Source: source + "configurationpartner-update",
					Delegated: write, Application: write,
				},
				{
					Name: "crossTenantPartner.delete", Method: "DELETE", Handler: deletePartner, Source: source + "configurationpartner-delete",
					Delegated: write, Application: write,
				},
			},
			NotEmulated: []string{"identitySynchronization"},
		},
	}
}

func getCrossTenant(r *request, call *odata.Call) (any, error) {
	w := wireCrossTenant{ID: crossTenantName, DisplayName: r.tenant.CrossTenant.DisplayName, AllowedCloudEndpoints: []string{}}
	if w.DisplayName == "" {
		w.DisplayName = "Default"
	}
	return entity(call, "policies/crossTenantAccessPolicy", w), nil
}

func updateCrossTenant(r *request, _ *odata.Call) (any, error) {
	var in struct {
		DisplayName           *string   `json:"displayName"`
		AllowedCloudEndpoints *[]string `json:"allowedCloudEndpoints"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if in.AllowedCloudEndpoints != nil && len(*in.AllowedCloudEndpoints) > 0 {
		return nil, problem.For(problem.Unsupported, problem.FeatureNotEmulated, "allowedCloudEndpoints", "There is one cloud only.")
	}
	if in.DisplayName != nil {
		if err := directory.NameCrossTenantPolicy(r.tx, r.caller, r.tenant.ID, *in.DisplayName); err != nil {
			return nil, err
		}
	}
	return noContent(), nil
}

func getCrossTenantDefault(r *request, call *odata.Call) (any, error) {
	return entity(call, "policies/crossTenantAccessPolicy/default", crossTenantDefaultOf(r.tenant.CrossTenant)), nil
}

func updateCrossTenantDefault(r *request, _ *odata.Call) (any, error) {
	var properties map[string]any
	if err := r.decodeOpen(&properties); err != nil {
		return nil, err
	}
	if err := directory.SetCrossTenantDefault(r.tx, r.caller, r.tenant.ID, properties); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func resetCrossTenantDefault(r *request, _ *odata.Call) (any, error) {
	if err := directory.ResetCrossTenantDefault(r.tx, r.caller, r.tenant.ID); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func partnerByKey(r *request, _ any, k odata.Predicate) (any, error) {
	p, ok := r.tx.CrossTenantPartner(r.tenant.ID, k.Text())
	if !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return p, nil
}

const partnersContext = "policies/crossTenantAccessPolicy/partners"

func listPartners(r *request, call *odata.Call) (any, error) {
	rows := []wireCrossTenantPartner{}
	for p := range r.tx.CrossTenantPartners(r.tenant.ID) {
		if w := crossTenantPartnerOf(p); odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerRows(r, call, partnersContext, rows, func(w wireCrossTenantPartner) string { return w.TenantID })
}

func createPartner(r *request, call *odata.Call) (any, error) {
	var properties map[string]any
	if err := r.decodeOpen(&properties); err != nil {
		return nil, err
	}
	id, _ := properties["tenantId"].(string)
	if id == "" {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "tenantId", "A value is required for property 'tenantId' of resource 'CrossTenantAccessPolicyConfigurationPartner'.")
	}
	if _, there := r.tx.CrossTenantPartner(r.tenant.ID, id); there {
		return nil, problem.For(problem.Conflict, problem.ObjectConflict, "tenantId", "A partner configuration with tenantId %s already exists.", id)
	}
	if err := directory.SetCrossTenantPartner(r.tx, r.caller, r.tenant.ID, id, properties); err != nil {
		return nil, err
	}
	p, _ := r.tx.CrossTenantPartner(r.tenant.ID, strings.ToLower(id))
	return r.created(call, partnersContext, crossTenantPartnerOf(p), "/policies/crossTenantAccessPolicy/partners/"+p.PartnerID), nil
}

func getPartner(_ *request, call *odata.Call) (any, error) {
	return entity(call, partnersContext, crossTenantPartnerOf(call.Value.(state.CrossTenantPartner))), nil
}

func updatePartner(r *request, call *odata.Call) (any, error) {
	var properties map[string]any
	if err := r.decodeOpen(&properties); err != nil {
		return nil, err
	}
	if err := directory.SetCrossTenantPartner(r.tx, r.caller, r.tenant.ID, call.Value.(state.CrossTenantPartner).PartnerID, properties); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deletePartner(r *request, call *odata.Call) (any, error) {
	if err := directory.RemoveCrossTenantPartner(r.tx, r.caller, r.tenant.ID, call.Value.(state.CrossTenantPartner).PartnerID); err != nil {
		return nil, err
	}
	return noContent(), nil
}
