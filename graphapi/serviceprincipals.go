package graphapi

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireServicePrincipal is an application installed in the tenant (CSDL; GD:res/serviceprincipal).
type wireServicePrincipal struct {
	ID                                     string         `json:"id"`
	DeletedDateTime                        *time.Time     `json:"deletedDateTime"`
	AccountEnabled                         bool           `json:"accountEnabled"`
	AlternativeNames                       []string       `json:"alternativeNames"`
	AppDisplayName                         *string        `json:"appDisplayName"`
	AppDescription                         *string        `json:"appDescription"`
	AppID                                  string         `json:"appId"`
	ApplicationTemplateID                  *string        `json:"applicationTemplateId"`
	AppOwnerOrganizationID                 *string        `json:"appOwnerOrganizationId"`
	AppRoleAssignmentRequired              bool           `json:"appRoleAssignmentRequired"`
	CreatedDateTime                        *time.Time     `json:"createdDateTime"`
	Description                            *string        `json:"description"`
	DisabledByMicrosoftStatus              *string        `json:"disabledByMicrosoftStatus"`
	DisplayName                            string         `json:"displayName"`
	Homepage                               *string        `json:"homepage"`
	LoginURL                               *string        `json:"loginUrl"`
	LogoutURL                              *string        `json:"logoutUrl"`
	Notes                                  *string        `json:"notes"`
	NotificationEmailAddresses             []string       `json:"notificationEmailAddresses"`
	PreferredSingleSignOnMode              *string        `json:"preferredSingleSignOnMode"`
	PreferredTokenSigningKeyThumbprint     *string        `json:"preferredTokenSigningKeyThumbprint"`
	ReplyURLs                              []string       `json:"replyUrls"`
	ServicePrincipalNames                  []string       `json:"servicePrincipalNames"`
	ServicePrincipalType                   string         `json:"servicePrincipalType"`
	SignInAudience                         *string        `json:"signInAudience"`
	Tags                                   []string       `json:"tags"`
	TokenEncryptionKeyID                   *string        `json:"tokenEncryptionKeyId"`
	SAMLSingleSignOnSettings               *wireSAML      `json:"samlSingleSignOnSettings"`
	AddIns                                 []string       `json:"addIns"`
	AppRoles                               []wireAppRole  `json:"appRoles"`
	Info                                   wireInfo       `json:"info"`
	KeyCredentials                         []wireKey      `json:"keyCredentials"`
	Scopes                                 []wireScope    `json:"oauth2PermissionScopes"`
	PasswordCredentials                    []wirePassword `json:"passwordCredentials"`
	ResourceSpecificApplicationPermissions []string       `json:"resourceSpecificApplicationPermissions"`
	VerifiedPublisher                      wirePublisher  `json:"verifiedPublisher"`

	SAMLMetadataURL odata.Optional[*string] `json:"samlMetadataUrl,omitzero"` // beta's

	Owners             odata.Optional[[]any]                `json:"owners,omitzero" odata:"expand"`
	AppRoleAssignedTo  odata.Optional[[]wireRoleAssignment] `json:"appRoleAssignedTo,omitzero" odata:"expand"`
	AppRoleAssignments odata.Optional[[]wireRoleAssignment] `json:"appRoleAssignments,omitzero" odata:"expand"`
	Grants             odata.Optional[[]wireGrant]          `json:"oauth2PermissionGrants,omitzero" odata:"expand"`
}

type wireSAML struct {
	RelayState string `json:"relayState"`
}

// servicePrincipalNodes are /servicePrincipals: what is installed in the tenant (graph.md 10).
func servicePrincipalNodes() []node {
	read, write := readApplications(), writeApplications()
	readAlone, writeAlone := append(readApplications(), ownedApplications), append(writeApplications(), ownedApplications)
	return []node{
		{Name: rootNode, Children: []child{{Name: "servicePrincipals", Of: "servicePrincipals"}}},
		{
			Name: "servicePrincipals", Casts: []string{"servicePrincipal"},
			Key: key{Of: "servicePrincipal", Resolve: servicePrincipalByKey, Alternates: []string{"appId"}},
			Operations: []operation{
				{
					Name: "servicePrincipals.list", Method: "GET", Countable: true, Handler: listServicePrincipals,
					Source: "GD:api/serviceprincipal-list", Delegated: read, Application: readAlone,
				},
				{
					Name: "servicePrincipals.create", Method: "POST", Handler: createServicePrincipal,
					Source: "GD:api/serviceprincipal-post-serviceprincipals", Delegated: write, Application: writeAlone,
				},
			},
			NotEmulated: []string{"delta", "getAvailableExtensionProperties", "getByIds", "validateProperties"},
		},
		{
			Name: "servicePrincipal", Properties: servicePrincipalSet().properties,
			Children: []child{
				{Name: "owners", Of: "owners", Resolve: servicePrincipalOwners},
				{Name: "memberOf", Of: "objectList", Resolve: groupsOfPrincipal(false)},
				{Name: "transitiveMemberOf", Of: "objectList", Resolve: groupsOfPrincipal(true)},
				{Name: "ownedObjects", Of: "objectList", Resolve: ownedByPrincipal},
			},
			Operations: []operation{
				{
					Name: "servicePrincipal.get", Method: "GET", Handler: getServicePrincipal, Source: "GD:api/serviceprincipal-get",
					Delegated: read, Application: readAlone,
				},
				{
					Name: "servicePrincipal.update", Method: "PATCH", Handler: updateServicePrincipal, Source: "GD:api/serviceprincipal-update",
					Delegated: write, Application: writeAlone,
				},
				{
					Name: "servicePrincipal.delete", Method: "DELETE", Handler: deleteServicePrincipal, Source: "GD:api/serviceprincipal-delete",
					Delegated: write, Application: writeAlone,
				},
				{
					Name: "servicePrincipal.addPassword", Method: "POST", Segment: "addPassword", Handler: addServicePrincipalPassword,
					Source: "GD:api/serviceprincipal-addpassword", Delegated: write, Application: writeAlone,
				},
				{
					Name: "servicePrincipal.removePassword", Method: "POST", Segment: "removePassword", Handler: removeServicePrincipalPassword,
					Source: "GD:api/serviceprincipal-removepassword", Delegated: write, Application: writeAlone,
				},
			},
			NotEmulated: []string{
				"addKey", "addTokenSigningCertificate", "appManagementPolicies", "checkMemberGroups", "checkMemberObjects",
				"claimsMappingPolicies", "claimsPolicy", "createdObjects", "delegatedPermissionClassifications", "endpoints", "getMemberGroups",
				"getMemberObjects", "homeRealmDiscoveryPolicies", "remoteDesktopSecurityConfiguration", "removeKey",
				"restore", "synchronization", "tokenIssuancePolicies", "tokenLifetimePolicies", "createPasswordSingleSignOnCredentials",
				"deletePasswordSingleSignOnCredentials", "getPasswordSingleSignOnCredentials", "updatePasswordSingleSignOnCredentials",
			},
		},
	}
}

// servicePrincipalSet says what /servicePrincipals can be asked for (GD:inc/filter-directory-objects).
func servicePrincipalSet() *objectSet {
	navigation := []string{"owners", "appRoleAssignedTo", "appRoleAssignments", "oauth2PermissionGrants"}
	return &objectSet{
		typ: "servicePrincipal", navigation: navigation, beta: []string{"samlMetadataUrl"},
		properties: slices.DeleteFunc(odata.PropertiesOf(wireServicePrincipal{}), func(p string) bool { return slices.Contains(navigation, p) }),
		filter: map[string]string{
			"accountEnabled": "DAA--D-A", "alternativeNames": "D-ADD-D-", "appId": "DAA--D--", "appOwnerOrganizationId": "DAAD----",
			"createdDateTime": "AAAAAA-A", "displayName": "DAADDDDA", "homepage": "DAADDDD-", "id": "DAA--D--",
			"servicePrincipalNames": "D-ADD-D-", "servicePrincipalType": "DAA--D--", "tags": "D-ADD-D-", "replyUrls": "A-AAA-A-",
			"preferredSingleSignOnMode": "DAAD----", "signInAudience": "AAA-----", "description": "AAAAAAA-", "appRoles": "A-A-----",
			"oauth2PermissionScopes": "A-A-----", "applicationTemplateId": "AAA-----", "appRoleAssignmentRequired": "AAA-----",
		},
		sort: []string{"displayName"}, sortMore: []string{"createdDateTime", "appId", "id"}, tokenised: []string{"displayName", "description"},
	}
}

func servicePrincipalByKey(r *request, _ any, k odata.Predicate) (any, error) {
	p, ok := directory.ServicePrincipal(r.tx, r.tenant.ID, k.Text())
	if k.Name != "" {
		p, ok = directory.ServicePrincipalByAppID(r.tx, r.tenant.ID, k.Text())
	}
	if !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return p, nil
}

// servicePrincipalOf is a service principal with what its registration says.
func (r *request) servicePrincipalOf(p state.ServicePrincipal) wireServicePrincipal {
	res, _ := directory.ResourceByAppID(r.tx, p.AppID)
	app, err := directory.FindClient(r.tx, p.AppID)
	w := wireServicePrincipal{
		ID: p.ID, AccountEnabled: p.AccountEnabled, AlternativeNames: notNull(p.AlternativeNames), AppDisplayName: orNull(p.DisplayName), AppID: p.AppID,
		AppOwnerOrganizationID: orNull(p.OwnerTenantID), AppRoleAssignmentRequired: p.AssignmentRequired, CreatedDateTime: stamp(p.CreatedAt),
		DisplayName: p.DisplayName, Homepage: orNull(p.HomepageURL), NotificationEmailAddresses: notNull(p.NotificationEmails), ReplyURLs: []string{},
		ServicePrincipalNames: append([]string{p.AppID}, res.Names...), ServicePrincipalType: p.Type, Tags: notNull(p.Tags), AddIns: []string{},
		AppRoles: mapped(res.AppRoles, appRoleOf), KeyCredentials: mapped(p.Certificates, keyOf), Scopes: mapped(res.Scopes, scopeOf),
		PasswordCredentials: mapped(p.Secrets, passwordOf), ResourceSpecificApplicationPermissions: []string{},
		SignInAudience: orNull("AzureADMultipleOrgs"), Description: orNull(p.Description), LoginURL: orNull(p.LoginURL), Notes: orNull(p.Notes),
		PreferredSingleSignOnMode: orNull(p.SingleSignOn),
	}
	if p.RelayState != "" {
		w.SAMLSingleSignOnSettings = &wireSAML{p.RelayState}
	}
	if err == nil {
		w.AppDisplayName, w.AppDescription, w.LogoutURL = orNull(app.DisplayName), orNull(app.Description), orNull(app.LogoutURL)
		w.ReplyURLs = slices.Concat(app.RedirectURIs, app.SPARedirects, app.PublicRedirects)
		w.SignInAudience = orNull(app.SignInAudience)
		w.ReplyURLs = notNull(w.ReplyURLs)
	}
	if r.version == versionBeta {
		w.SAMLMetadataURL = odata.Some[*string](nil)
	}
	return w
}

// servicePrincipalResource is a service principal as filters see it: most ask for one plain property, for which the whole
// wire form, with some hundred permissions, need not be made.
type servicePrincipalResource struct {
	r *request
	p state.ServicePrincipal
}

func (s servicePrincipalResource) Property(name string) (any, bool) {
	switch strings.ToLower(name) {
	case "id":
		return s.p.ID, true
	case "appid":
		return s.p.AppID, true
	case "displayname":
		return s.p.DisplayName, true
	}
	return odata.ResourceOf(s.r.servicePrincipalOf(s.p)).Property(name)
}

func listServicePrincipals(r *request, call *odata.Call) (any, error) {
	if err := directory.MayEnumerate(r.tx, r.caller); err != nil {
		return nil, err
	}
	all := directory.ServicePrincipals(r.tx, r.tenant.ID)
	id := func(p state.ServicePrincipal) string { return p.ID }
	return list(r, call, servicePrincipalSet(), "servicePrincipals", source[state.ServicePrincipal]{
		all:      func(after string) iter.Seq[state.ServicePrincipal] { return behind(slices.Values(all), after, id) },
		id:       id,
		resource: func(p state.ServicePrincipal) odata.Resource { return servicePrincipalResource{r, p} },
		wire:     func(p *state.ServicePrincipal) (any, error) { return r.expandedServicePrincipal(*p, call.Query), nil },
	})
}

func getServicePrincipal(r *request, call *odata.Call) (any, error) {
	if err := servicePrincipalSet().checkShape(r, call.Query, true); err != nil {
		return nil, err
	}
	return entity(call, "servicePrincipals", r.expandedServicePrincipal(call.Value.(state.ServicePrincipal), call.Query)), nil
}

// expandedServicePrincipal is a service principal with what the query expands.
func (r *request) expandedServicePrincipal(p state.ServicePrincipal, q *odata.Query) wireServicePrincipal {
	w := r.servicePrincipalOf(p)
	if namesExpand(q, "owners") {
		w.Owners = odata.Some(mapped(r.owners(p.OwnerIDs, nil).load(), r.objectOf))
	}
	if namesExpand(q, "appRoleAssignedTo") {
		w.AppRoleAssignedTo = odata.Some(mapped(slices.Collect(r.tx.AppRoleAssignmentsTo(p.TenantID, p.ID)), r.roleAssignmentOf))
	}
	if namesExpand(q, "appRoleAssignments") {
		w.AppRoleAssignments = odata.Some(mapped(slices.Collect(r.tx.AppRoleAssignmentsOf(p.TenantID, p.ID)), r.roleAssignmentOf))
	}
	if namesExpand(q, "oauth2PermissionGrants") {
		w.Grants = odata.Some(mapped(slices.Collect(r.tx.PermissionGrantsOf(p.TenantID, p.ID)), grantOf))
	}
	return w
}

// servicePrincipalInput is what clients send; members without an effect are taken and dropped.
type servicePrincipalInput struct {
	AppID                     string                 `json:"appId"`
	AccountEnabled            *bool                  `json:"accountEnabled"`
	AppRoleAssignmentRequired *bool                  `json:"appRoleAssignmentRequired"`
	DisplayName               *string                `json:"displayName"`
	Homepage                  odata.Optional[string] `json:"homepage"`
	Tags                      *[]string              `json:"tags"`
	AlternativeNames          *[]string              `json:"alternativeNames"`
	Description               odata.Optional[string] `json:"description"`
	LoginURL                  odata.Optional[string] `json:"loginUrl"`
	Notes                     odata.Optional[string] `json:"notes"`
	NotificationEmails        *[]string              `json:"notificationEmailAddresses"`
	SingleSignOnMode          odata.Optional[string] `json:"preferredSingleSignOnMode"`
	SAMLSettings              *samlInput             `json:"samlSingleSignOnSettings"`
	AppRoles                  any                    `json:"appRoles"`
	LogoutURL                 any                    `json:"logoutUrl"`
	SigningKey                any                    `json:"preferredTokenSigningKeyThumbprint"`
	ReplyURLs                 any                    `json:"replyUrls"`
	ServicePrincipalNames     any                    `json:"servicePrincipalNames"`
	ServicePrincipalType      any                    `json:"servicePrincipalType"`
	Scopes                    any                    `json:"oauth2PermissionScopes"`
	KeyCredentials            *[]wireKey             `json:"keyCredentials"`
	ID                        any                    `json:"id"` // Terraform's provider sends it
}

type samlInput struct {
	RelayState odata.Optional[string] `json:"relayState"`
}

func (in *servicePrincipalInput) apply(p *state.ServicePrincipal) {
	put(&p.AlternativeNames, in.AlternativeNames)
	putOptional(&p.Description, in.Description)
	putOptional(&p.LoginURL, in.LoginURL)
	putOptional(&p.Notes, in.Notes)
	put(&p.NotificationEmails, in.NotificationEmails)
	putOptional(&p.SingleSignOn, in.SingleSignOnMode)
	if in.SAMLSettings != nil {
		putOptional(&p.RelayState, in.SAMLSettings.RelayState)
	}
	put(&p.AccountEnabled, in.AccountEnabled)
	put(&p.AssignmentRequired, in.AppRoleAssignmentRequired)
	put(&p.DisplayName, in.DisplayName)
	putOptional(&p.HomepageURL, in.Homepage)
	put(&p.Tags, in.Tags)
}

func createServicePrincipal(r *request, call *odata.Call) (any, error) {
	if err := directory.MayRegister(r.tx, r.caller); err != nil {
		return nil, err
	}
	var in servicePrincipalInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if in.AppID == "" {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "appId", "A value is required for property 'appId' of resource 'ServicePrincipal'.")
	}
	if _, there := directory.ServicePrincipalByAppID(r.tx, r.tenant.ID, in.AppID); there {
		return nil, problem.For(problem.Conflict, problem.ObjectConflict, "servicePrincipalNames",
			"The service principal cannot be created, updated, or restored because the service principal name %s is already in use.", in.AppID)
	}
	p, err := directory.Install(r.tx, r.caller, r.tenant.ID, in.AppID)
	if problem.ReasonOf(err) == problem.ObjectNotFound {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "appId",
			"The appId '%s' of the service principal does not reference a valid application object.", in.AppID)
	}
	if err != nil {
		return nil, err
	}
	in.apply(&p)
	p.OwnerIDs = r.selfAsOwner()
	if p, err = directory.UpdateServicePrincipal(r.tx, r.caller, p); err != nil {
		return nil, err
	}
	return r.created(call, "servicePrincipals", r.servicePrincipalOf(p), "/servicePrincipals/"+p.ID), nil
}

func (r *request) selfAsOwner() []string {
	if r.caller.AppOnly() {
		return []string{r.caller.ServicePrincipalID}
	}
	return []string{r.caller.User.ID}
}

// mayChange asks for the right to change a service principal.
func (r *request) mayChange(p state.ServicePrincipal) error {
	if err := r.ownedOnly(p.OwnerIDs, writeApplications()); err != nil {
		return err
	}
	return directory.MayManageApplication(r.tx, r.caller, p.OwnerIDs)
}

func updateServicePrincipal(r *request, call *odata.Call) (any, error) {
	p := call.Value.(state.ServicePrincipal)
	if err := r.mayChange(p); err != nil {
		return nil, err
	}
	var in servicePrincipalInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	in.apply(&p)
	if in.KeyCredentials != nil {
		certificates, err := r.certificates(*in.KeyCredentials, p.Certificates)
		if err != nil {
			return nil, err
		}
		p.Certificates = certificates
	}
	if _, err := directory.UpdateServicePrincipal(r.tx, r.caller, p); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deleteServicePrincipal(r *request, call *odata.Call) (any, error) {
	p := call.Value.(state.ServicePrincipal)
	if err := r.mayChange(p); err != nil {
		return nil, err
	}
	if err := directory.Uninstall(r.tx, r.caller, p); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func servicePrincipalOwners(r *request, parent any, _ odata.Args) (any, error) {
	p := parent.(state.ServicePrincipal)
	return r.owners(p.OwnerIDs, func(ids []string) error {
		if err := r.mayChange(p); err != nil {
			return err
		}
		p.OwnerIDs = ids
		_, err := directory.UpdateServicePrincipal(r.tx, r.caller, p)
		return err
	}), nil
}

func groupsOfPrincipal(through bool) func(*request, any, odata.Args) (any, error) {
	return func(r *request, parent any, _ odata.Args) (any, error) {
		p := parent.(state.ServicePrincipal)
		return objectList{func() []directory.Object { return append(r.groupsOf(p.ID, through), r.rolesOf(p.ID)...) }}, nil
	}
}

func ownedByPrincipal(r *request, parent any, _ odata.Args) (any, error) {
	p := parent.(state.ServicePrincipal)
	return objectList{func() []directory.Object {
		var owned []directory.Object
		for a := range living(r.tx.Applications(p.TenantID)) {
			if slices.Contains(a.OwnerIDs, p.ID) {
				owned = append(owned, directory.Object{Type: directory.TypeApplication, ID: a.ID, Application: a})
			}
		}
		return owned
	}}, nil
}

func addServicePrincipalPassword(r *request, call *odata.Call) (any, error) {
	sp := call.Value.(state.ServicePrincipal)
	if err := r.mayChange(sp); err != nil {
		return nil, err
	}
	p, err := r.wantedPassword()
	if err != nil {
		return nil, err
	}
	s, err := directory.AddServicePrincipalSecret(r.tx, r.caller, sp, deref(p.DisplayName), moment(p.StartDateTime), moment(p.EndDateTime))
	if err != nil {
		return nil, err
	}
	return object("microsoft.graph.passwordCredential", newPasswordOf(s)), nil
}

func removeServicePrincipalPassword(r *request, call *odata.Call) (any, error) {
	p := call.Value.(state.ServicePrincipal)
	if err := r.mayChange(p); err != nil {
		return nil, err
	}
	keyID, err := r.unwantedPassword()
	if err != nil {
		return nil, err
	}
	if err := directory.RemoveServicePrincipalSecret(r.tx, r.caller, p, keyID); err != nil {
		return nil, err
	}
	return noContent(), nil
}
