package graphapi

import (
	"iter"
	"slices"
	"sync"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Permissions that several operations of groups take.
func readGroups() []string {
	return []string{"GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

func writeGroups() []string {
	return []string{"Group.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

func writeMembers() []string { return append(writeGroups(), "GroupMember.ReadWrite.All") }

// groupNodes are /groups and what can be done with a group; its members are in groupmembers.go.
func groupNodes() []node {
	return []node{
		{Name: rootNode, Children: []child{{Name: "groups", Of: "groups"}}},
		{
			Name:  "groups",
			Casts: []string{"group"},
			Key:   key{Of: "group", Resolve: groupByKey, Alternates: []string{"uniqueName"}},
			Operations: []operation{
				{
					Name: "groups.list", Method: "GET", Countable: true, Handler: listGroups, Source: "GD:api/group-list",
					Delegated: readGroups(), Application: readGroups(),
				},
				{
					Name: "groups.create", Method: "POST", Handler: createGroup, Source: "GD:api/group-post-groups",
					Delegated: writeGroups(), Application: append(writeGroups(), "Group.Create"),
				},
			},
			NotEmulated: []string{"validateProperties", "evaluateDynamicMembership"},
		},
		{
			Name:       "group",
			Casts:      []string{"group"},
			Properties: groupSet().properties,
			Operations: []operation{
				{
					Name: "group.get", Method: "GET", Handler: getGroup, Source: "GD:api/group-get",
					Delegated: readGroups(), Application: append(readGroups(), "Group.Create"),
				},
				{
					Name: "group.update", Method: "PATCH", Handler: updateGroup, Source: "GD:api/group-update",
					Delegated: writeGroups(), Application: writeGroups(),
				},
				{
					Name: "group.delete", Method: "DELETE", Handler: deleteGroup, Source: "GD:api/group-delete",
					Delegated: writeGroups(), Application: writeGroups(),
				},
				{
					Name: "group.renew", Method: "POST", Segment: "renew", Handler: renewGroup, Source: "GD:api/group-renew",
					Delegated: writeGroups(), Application: writeGroups(),
				},
			},
			NotEmulated: []string{
				"acceptedSenders", "addFavorite", "assignLicense", "calendar", "calendarView", "checkGrantedPermissionsForApp",
				"conversations", "createdOnBehalfOf", "events", "extensions", "groupLifecyclePolicies", "membersWithLicenseErrors",
				"onenote", "permissionGrants", "photos", "planner", "rejectedSenders", "removeFavorite", "resetUnseenCount",
				"retryServiceProvisioning", "settings", "subscribeByMail", "team", "threads", "unsubscribeByMail", "validateProperties",
			},
		},
	}
}

// groupSet says what /groups can be asked for. Capabilities: GD:inc/filter-directory-objects, GD:res/group.
//
//nolint:gochecknoglobals // a constant, made on first use; nobody writes to it
var groupSet = sync.OnceValue(newGroupSet)

func newGroupSet() *objectSet {
	s := &objectSet{
		typ: "group", properties: odata.PropertiesOf(wireGroup{}), alone: odata.PropertiesOf(wireGroupAlone{}), navigation: groupNavigation(),
		filter: map[string]string{
			"id": "DAA--D--", "displayName": "DAADDDDA", "mail": "DAADDDDA", "mailNickname": "DAADDDDA", "description": "AAAAAAA-",
			"createdDateTime": "DAADDA--", "deletedDateTime": "DAADDD--", "expirationDateTime": "DAADDD--", "renewedDateTime": "DAADDA--",
			"groupTypes": "D-A-----", "isAssignableToRole": "DAA----A", "mailEnabled": "DAA----A", "securityEnabled": "DAA--D-A",
			"membershipRule": "AAAAAAAA", "membershipRuleProcessingState": "AAA--A--", "onPremisesSyncEnabled": "DAA--D-A",
			"onPremisesSecurityIdentifier": "D----D-A", "preferredLanguage": "DAADDDDA", "preferredDataLocation": "DAADDDDA",
			"proxyAddresses": "D-ADD-D-A", "resourceProvisioningOptions": "D-A-----", "resourceBehaviorOptions": "D-A-----",
			"securityIdentifier": "DAA--D--", "theme": "DAA-----", "visibility": "DAA-----", "classification": "DAADDDDA",
			"assignedLicenses": "D-A-----", "owners": "A-A-----", "members": "A-A-----",
		},
		sort:      []string{"displayName"},
		sortMore:  []string{"createdDateTime", "mail", "id", "deletedDateTime", "renewedDateTime", "mailNickname"},
		tokenised: []string{"displayName", "description"},
	}
	s.properties = slices.DeleteFunc(s.properties, func(p string) bool { return slices.Contains(s.navigation, p) })
	return s
}

func groupByKey(r *request, _ any, k odata.Predicate) (any, error) {
	g, err := directory.FindGroup(r.tx, r.tenant.ID, k.Text())
	if err != nil {
		return nil, err
	}
	return g, nil
}

func getGroup(r *request, call *odata.Call) (any, error) {
	g := call.Value.(state.Group)
	if directory.ViewOfGroup(r.tx, r.caller, g) == directory.Hidden {
		return nil, problem.New(problem.Denied, problem.InsufficientRights, "")
	}
	if err := groupSet().checkShape(r, call.Query, true); err != nil {
		return nil, err
	}
	w := groupOf(g)
	if err := r.expandGroup(g, &w, call.Query); err != nil {
		return nil, err
	}
	return entity(call, "groups", w), nil
}

func listGroups(r *request, call *odata.Call) (any, error) {
	if err := directory.MayEnumerate(r.tx, r.caller); err != nil {
		return nil, err
	}
	return list(r, call, groupSet(), "groups", source[state.Group]{
		all: func(after string) iter.Seq[state.Group] {
			return groupsFor(r.tx, r.tenant.ID, call.Query.Filter, after)
		},
		id:       func(g state.Group) string { return g.ID },
		resource: func(g state.Group) odata.Resource { return groupResource{g} },
		wire: func(g *state.Group) (any, error) {
			w := groupOf(*g)
			return &w, r.expandGroup(*g, &w, call.Query)
		},
	})
}

// groupsFor is usersFor for groups.
func groupsFor(tx *state.Tx, tenant string, filter odata.Expr, after string) iter.Seq[state.Group] {
	id := func(g state.Group) string { return g.ID }
	if l, ok := odata.EqualsOn(filter, "id"); ok && l.Value() != nil {
		g, ok := tx.Group(tenant, l.Text())
		if !ok {
			return few[state.Group](nil, after, id)
		}
		return few([]state.Group{g}, after, id)
	}
	return behind(tx.Groups(tenant), after, id)
}

// groupInput is what clients may set of a group.
type groupInput struct {
	Description                   optionalText         `json:"description,omitzero"`
	DisplayName                   optionalText         `json:"displayName,omitzero"`
	GroupTypes                    optionalTexts        `json:"groupTypes,omitzero"`
	IsAssignableToRole            odata.Optional[bool] `json:"isAssignableToRole,omitzero"`
	MailEnabled                   odata.Optional[bool] `json:"mailEnabled,omitzero"`
	MailNickname                  optionalText         `json:"mailNickname,omitzero"`
	MembershipRule                optionalText         `json:"membershipRule,omitzero"`
	MembershipRuleProcessingState optionalText         `json:"membershipRuleProcessingState,omitzero"`
	PreferredDataLocation         optionalText         `json:"preferredDataLocation,omitzero"`
	PreferredLanguage             optionalText         `json:"preferredLanguage,omitzero"`
	Classification                optionalText         `json:"classification,omitzero"`
	ResourceBehaviorOptions       optionalTexts        `json:"resourceBehaviorOptions,omitzero"`
	ResourceProvisioningOptions   optionalTexts        `json:"resourceProvisioningOptions,omitzero"`
	SecurityEnabled               odata.Optional[bool] `json:"securityEnabled,omitzero"`
	Theme                         optionalText         `json:"theme,omitzero"`
	Visibility                    optionalText         `json:"visibility,omitzero"`
	AllowExternalSenders          odata.Optional[bool] `json:"allowExternalSenders,omitzero"`
	AutoSubscribeNewMembers       odata.Optional[bool] `json:"autoSubscribeNewMembers,omitzero"`
	HideFromAddressLists          odata.Optional[bool] `json:"hideFromAddressLists,omitzero"`
	HideFromOutlookClients        odata.Optional[bool] `json:"hideFromOutlookClients,omitzero"`
	Owners                        []string             `json:"owners@odata.bind"`
	Members                       []string             `json:"members@odata.bind"`
}

// apply puts what the client sent into the group.
func (in *groupInput) apply(g *state.Group) error {
	for _, t := range []textInput{
		{"description", in.Description, &g.Description},
		{"displayName", in.DisplayName, &g.DisplayName},
		{"mailNickname", in.MailNickname, &g.MailNickname},
		{"membershipRule", in.MembershipRule, &g.MembershipRule},
		{"membershipRuleProcessingState", in.MembershipRuleProcessingState, &g.ProcessingState},
		{"preferredDataLocation", in.PreferredDataLocation, &g.PreferredDataLocation},
		{"preferredLanguage", in.PreferredLanguage, &g.PreferredLanguage},
		{"classification", in.Classification, &g.Classification},
		{"theme", in.Theme, &g.Theme},
		{"visibility", in.Visibility, &g.Visibility},
	} {
		if t.in.Present() {
			*t.to, _ = t.in.Get()
		}
	}
	for _, b := range []struct {
		in odata.Optional[bool]
		to *bool
	}{
		{in.MailEnabled, &g.MailEnabled},
		{in.SecurityEnabled, &g.SecurityEnabled},
		{in.IsAssignableToRole, &g.Assignable},
		{in.AllowExternalSenders, &g.AllowExternalSenders},
		{in.AutoSubscribeNewMembers, &g.AutoSubscribeNewMembers},
		{in.HideFromAddressLists, &g.HideFromAddressLists},
		{in.HideFromOutlookClients, &g.HideFromOutlookClients},
	} {
		if v, ok := b.in.Get(); ok {
			*b.to = v
		}
	}
	if in.ResourceBehaviorOptions.Present() {
		g.ResourceBehaviorOptions, _ = in.ResourceBehaviorOptions.Get()
	}
	if in.ResourceProvisioningOptions.Present() {
		g.ResourceProvisioningOptions, _ = in.ResourceProvisioningOptions.Get()
	}
	if types, ok := in.GroupTypes.Get(); ok {
		g.Unified = slices.Contains(types, "Unified")
		dynamic := slices.Contains(types, "DynamicMembership")
		if dynamic && g.MembershipRule == "" {
			return problem.For(problem.Invalid, problem.MissingProperty, "membershipRule", "A dynamic group needs the property 'membershipRule'.")
		}
		if !dynamic {
			if _, given := in.MembershipRule.Get(); given {
				return problem.For(problem.Invalid, problem.InvalidProperty, "membershipRule", "The property 'membershipRule' is for groups with dynamic membership.")
			}
			g.MembershipRule, g.ProcessingState = "", ""
		}
	} else if g.MembershipRule != "" && in.MembershipRule.Present() && g.ProcessingState == "" && g.ID == "" {
		return problem.For(problem.Invalid, problem.InvalidProperty, "membershipRule", "The property 'membershipRule' is for groups with dynamic membership.")
	}
	return nil
}

// bound are the objects that the body links to, owners and members.
func (in *groupInput) bound(r *request) (owners, members []string, err error) {
	const most = 20
	if len(in.Owners)+len(in.Members) > most {
		return nil, nil, problem.For(problem.Invalid, problem.LimitExceeded, "members@odata.bind", "At most %d links can be given.", most)
	}
	ids := func(addresses []string) (ids []string) {
		for _, a := range addresses {
			id, e := r.referenced(a)
			if e != nil {
				err = e
			}
			ids = append(ids, id)
		}
		return ids
	}
	owners, members = ids(in.Owners), ids(in.Members)
	return owners, members, err
}

func createGroup(r *request, call *odata.Call) (any, error) {
	var in groupInput
	if err := r.decodeObject(&in, groupSet()); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		name string
		ok   bool
	}{
		{"displayName", has(in.DisplayName)},
		{"mailEnabled", in.MailEnabled.Present()},
		{"mailNickname", has(in.MailNickname)},
		{"securityEnabled", in.SecurityEnabled.Present()},
	} {
		if !p.ok {
			return nil, problem.For(problem.Invalid, problem.MissingProperty, p.name, "A value is required for property '%s' of resource 'Group'.", p.name)
		}
	}
	g := state.Group{TenantID: r.tenant.ID}
	if err := in.apply(&g); err != nil {
		return nil, err
	}
	if err := directory.MayCreateGroup(r.tx, r.caller, g); err != nil {
		return nil, err
	}
	owners, members, err := in.bound(r)
	if err != nil {
		return nil, err
	}
	if g, err = r.face.Groups.AddGroup(r.tx, r.caller, g); err != nil {
		return nil, err
	}
	if err := directory.Populate(r.tx, r.caller, g, owners, members); err != nil {
		return nil, err
	}
	return r.created(call, "groups", groupOf(g), "/groups/"+g.ID), nil
}

func updateGroup(r *request, call *odata.Call) (any, error) {
	g := call.Value.(state.Group)
	if err := directory.MayManageGroup(r.tx, r.caller, g); err != nil {
		return nil, err
	}
	var in groupInput
	if err := r.decodeObject(&in, groupSet()); err != nil {
		return nil, err
	}
	if err := r.mayChangeExchange(&in); err != nil {
		return nil, err
	}
	if err := in.apply(&g); err != nil {
		return nil, err
	}
	owners, members, err := in.bound(r)
	if err != nil {
		return nil, err
	}
	if g, err = directory.UpdateGroup(r.tx, r.caller, g); err != nil {
		return nil, err
	}
	if err := directory.AddMembers(r.tx, r.caller, g, owners, members); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// mayChangeExchange refuses what Exchange keeps of a group where it comes with other properties (GD:api/group-update), or from
// somebody who may not change it.
func (r *request) mayChangeExchange(in *groupInput) error {
	exchange := 0
	for _, o := range []odata.Optional[bool]{in.AllowExternalSenders, in.AutoSubscribeNewMembers, in.HideFromAddressLists, in.HideFromOutlookClients} {
		if o.Present() {
			exchange++
		}
	}
	if exchange == 0 {
		return nil
	}
	given, err := r.given()
	if err != nil {
		return err
	}
	if len(given) > exchange {
		return problem.For(problem.Invalid, problem.InvalidProperty, "allowExternalSenders",
			"Properties of Exchange are updated in a request of their own, without other properties.")
	}
	return directory.MayChangeMail(r.caller)
}

func deleteGroup(r *request, call *odata.Call) (any, error) {
	g := call.Value.(state.Group)
	if err := directory.MayManageGroup(r.tx, r.caller, g); err != nil {
		return nil, err
	}
	if err := r.face.Groups.DeleteGroup(r.tx, r.caller, g); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func renewGroup(r *request, call *odata.Call) (any, error) {
	g := call.Value.(state.Group)
	if err := directory.MayManageGroup(r.tx, r.caller, g); err != nil {
		return nil, err
	}
	g.RenewedAt = r.tx.Now()
	if _, err := directory.UpdateGroup(r.tx, r.caller, g); err != nil {
		return nil, err
	}
	return noContent(), nil
}
