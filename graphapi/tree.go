package graphapi

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/odata"
)

// allNodes lists what the resource files declare. Several may declare a node of one name: "driveItem" gets its sharing
// from another file than its content, and every file mounts itself at "root".
func allNodes() []node {
	return slices.Concat(
		rootNodes(),
		userNodes(),
		userNavigationNodes(),
		userActionNodes(),
		sponsorNodes(),
		groupNodes(),
		groupMemberNodes(),
		objectNodes(),
		roleNodes(),
		roleManagementNodes(),
		invitationNodes(),
		deletedNodes(),
		batchNodes(),
		directoryDeltaNodes(),
		subscriptionNodes(),
		photoNodes(),
		driveNodes(), driveItemNodes(), versionNodes(), thumbnailNodes(), addressNodes(),
		siteNodes(), listNodes(), listItemNodes(), searchNodes(),
		permissionNodes(), shareNodes(), sharedWithMeNodes(), sitePermissionNodes(),
		applicationNodes(), ownerNodes(), federatedNodes(), servicePrincipalNodes(), grantNodes(), appRoleNodes(),
		organizationNodes(), domainNodes(), skuNodes(),
		policyNodes(), crossTenantNodes(), b2bPolicyNodes(), lifetimeNodes(), identityProviderNodes(), authenticationMethodNodes(),
		sharePointSettingsNodes(), auditNodes(),
	)
}

func newTree() (*odata.Tree[*request], error) {
	return odata.NewTree(odata.Graph, merge(allNodes())...)
}

// Operations are all operations that the face answers. A test of the whole goes through them, so that a new one cannot be
// forgotten.
func Operations() ([]odata.Declared, error) {
	tree, err := newTree()
	if err != nil {
		return nil, err
	}
	return tree.Declared(), nil
}

// merge joins the declarations of each node.
func merge(parts []node) []node {
	var nodes []node
	at := map[string]int{}
	for _, p := range parts {
		i, ok := at[p.Name]
		if !ok {
			at[p.Name] = len(nodes)
			nodes = append(nodes, p)
			continue
		}
		n := &nodes[i]
		n.Properties = slices.Concat(n.Properties, p.Properties)
		n.Casts = slices.Concat(n.Casts, p.Casts)
		n.Children = slices.Concat(n.Children, p.Children)
		n.Operations = slices.Concat(n.Operations, p.Operations)
		n.NotEmulated = slices.Concat(n.NotEmulated, p.NotEmulated)
		if p.Extends != "" {
			n.Extends = p.Extends
		}
		if p.Key.Of != "" {
			n.Key = p.Key
		}
		if p.Path != nil {
			n.Path, n.PathOf = p.Path, p.PathOf
		}
	}
	return nodes
}

// rootNodes is the root itself with what Graph has there and the emulator lacks.
func rootNodes() []node {
	return []node{{
		Name: rootNode,
		// An older way to say whose directory is meant; the CLI for Microsoft 365 writes it.
		Children: []child{{Name: "myorganization", Aliases: []string{"myOrganization"}, Of: rootNode}},
		NotEmulated: []string{
			"$metadata", "administrativeUnits", "agreements", "appCatalogs", "chats",
			"communications", "compliance", "connections", "contacts", "copilot", "datasets", "deviceAppManagement",
			"deviceManagement", "devices", "directorySettingTemplates", "education", "employeeExperience", "external",
			"filterOperators", "functions", "groupLifecyclePolicies", "groupSettings", "groupSettingTemplates",
			"identityGovernance", "identityProtection", "informationProtection", "insights", "localizations", "oauth2PermissionGrant",
			"permissionGrants", "places", "planner", "print", "privacy", "reports", "schemaExtensions",
			"scopedRoleMemberships", "security", "settings", "solutions", "storage", "teams", "teamsTemplates", "teamwork",
			"tenantRelationships", "contracts",
		},
	}}
}
