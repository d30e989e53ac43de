package graphapi

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Permissions that several operations of users take.
func readUsers() []string {
	return []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

func writeUsers() []string {
	return []string{"User.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

func readSelf() []string { return append(readUsers(), "User.Read", "User.ReadWrite") }

// userNodes are /me, /users and what can be done with a user. What leads on from him is in other files.
func userNodes() []node {
	return []node{
		{Name: rootNode, Children: []child{{Name: "me", Of: "user", Resolve: me}, {Name: "users", Of: "users"}}},
		{
			Name:  "users",
			Casts: []string{"user"},
			Key:   key{Of: "user", Resolve: userByKey, Alternates: []string{"userPrincipalName"}},
			Operations: []operation{
				{
					Name: "users.list", Method: "GET", Countable: true, Handler: listUsers, Source: "GD:api/user-list",
					Delegated: readUsers(), Application: readUsers()[1:],
				},
				{
					Name: "users.create", Method: "POST", Handler: createUser, Source: "GD:api/user-post-users",
					Delegated: writeUsers(), Application: append(writeUsers(), "User.Invite.All"),
				},
			},
			NotEmulated: []string{"validateProperties", "getManagedAppBlockedUsers"},
		},
		{
			Name:       "user",
			Casts:      []string{"user"},
			Properties: userSet().properties,
			Operations: []operation{
				{
					Name: "user.get", Method: "GET", Handler: getUser, Source: "GD:api/user-get",
					Delegated: readSelf(), Application: readUsers()[1:],
				},
				{
					Name: "user.update", Method: "PATCH", Handler: updateUser, Source: "GD:api/user-update",
					Delegated: append(writeUsers(), "User.ReadWrite", "User.ManageIdentities.All", "User.EnableDisableAccount.All", "User-PasswordProfile.ReadWrite.All"),
					Application: append(writeUsers(), "User.ManageIdentities.All", "User.EnableDisableAccount.All",
						"User-PasswordProfile.ReadWrite.All"),
				},
				{
					Name: "user.delete", Method: "DELETE", Handler: deleteUser, Source: "GD:api/user-delete",
					Delegated: append(writeUsers(), "User.DeleteRestore.All"), Application: append(writeUsers(), "User.DeleteRestore.All"),
				},
			},
			NotEmulated: []string{
				"activities", "agreementAcceptances", "appConsentRequestsForApproval", "authentication", "calendar", "calendarGroups",
				"calendarView", "calendars", "chats", "cloudClipboard", "cloudPCs", "contactFolders", "contacts", "createdObjects",
				"dataSecurityAndGovernance", "deviceManagementTroubleshootingEvents", "employeeExperience", "events", "exportPersonalData",
				"extensions", "findMeetingTimes", "followedSites", "getMailTips", "inferenceClassification", "insights",
				"invalidateAllRefreshTokens", "joinedTeams", "licenseDetails", "mailFolders", "mailboxSettings", "managedAppRegistrations",
				"managedDevices", "messages", "onenote", "onlineMeetings", "outlook", "ownedDevices", "people", "permissionGrants",
				"photos", "planner", "presence", "print", "registeredDevices", "reminderView", "retryServiceProvisioning",
				"scopedRoleMemberOf", "sendMail", "serviceProvisioningErrors", "settings", "solutions", "teamwork", "todo",
				"translateExchangeIds", "wipeManagedAppRegistrationsByDeviceTag", "reprocessLicenseAssignment", "assignLicense",
			},
		},
	}
}

// userSet says what /users can be asked for. Capabilities: GD:inc/filter-directory-objects, GD:res/user.
//
//nolint:gochecknoglobals // a constant, made on first use; nobody writes to it
var userSet = sync.OnceValue(newUserSet)

func newUserSet() *objectSet {
	full, advanced := "DAADDDDA", "AAAAAAAA"
	s := &objectSet{
		typ: "user", properties: odata.PropertiesOf(wireUser{}), alone: odata.PropertiesOf(wireProfile{}), navigation: userNavigation(),
		filter: map[string]string{
			"accountEnabled": "DAA--D--", "createdDateTime": "DAADDA-A", "creationType": "DAA--D--",
			"displayName": full, "mail": full + "A", "mailNickname": full, "externalUserState": "DAA-----", "id": "DAA--D--",
			"identities": "D------D", "otherMails": "D-ADDDD-A", "proxyAddresses": "D-ADD-D-A", "userPrincipalName": "DAADDDD-A",
			"userType": "DAA--D-A", "assignedLicenses": "D-AAA---", "assignedPlans": "D-A-----",
			"city": full, "country": full, "department": full, "givenName": full, "jobTitle": full, "surname": full, "state": full,
			"usageLocation": full, "employeeId": full, "imAddresses": "D-ADD-D-",
			"companyName": advanced, "employeeType": advanced, "faxNumber": advanced, "mobilePhone": advanced,
			"officeLocation": advanced, "postalCode": advanced, "preferredLanguage": advanced, "streetAddress": advanced,
			"onPremisesImmutableId": "DAADDD--", "onPremisesSyncEnabled": "DAA--D-A", "lastPasswordChangeDateTime": "AAAAAA--",
			"passwordPolicies": "-AA----A", "ageGroup": "DAA--D--", "consentProvidedForMinor": "DAA--D--", "businessPhones": "D-ADD-D-",
			"deletedDateTime": "DAADDD--",
		},
		sort:      []string{"displayName", "userPrincipalName"},
		sortMore:  []string{"createdDateTime", "givenName", "surname", "mail", "id", "userType", "department", "deletedDateTime"},
		tokenised: []string{"displayName"},
	}
	s.properties = slices.DeleteFunc(s.properties, func(p string) bool { return slices.Contains(s.navigation, p) })
	return s
}

// me is the caller.
func me(r *request, _ any, _ odata.Args) (any, error) {
	if r.caller.User.ID == "" {
		return nil, problem.For(problem.Invalid, problem.UnknownSegment, "me", "/me request is only valid with delegated authentication flow.")
	}
	return r.caller.User, nil
}

func userByKey(r *request, _ any, k odata.Predicate) (any, error) {
	if k.Name != "" {
		u, ok := r.tx.UserByUPN(r.tenant.ID, k.Text())
		if !ok {
			return nil, problem.For(problem.NotFound, problem.UserNotFound, k.Text(), "")
		}
		return u, nil
	}
	u, err := directory.FindUser(r.tx, r.tenant.ID, k.Text())
	if err != nil {
		return nil, err
	}
	return u, nil
}

// reach checks how far the token reaches: User.Read is about oneself, another user needs one of the permissions, or one
// that reads everybody.
func (r *request) reach(u state.User, others ...string) error {
	if u.ID == r.caller.User.ID || r.caller.AppOnly() || r.tx.World().Lenient || r.caller.HasScope(append(readUsers(), others...)...) {
		return nil
	}
	return problem.New(problem.Denied, problem.MissingScope, "")
}

// see applies the caller's view of a user, and the reach of his token.
func (r *request) see(u state.User) (state.User, error) {
	if err := r.reach(u); err != nil {
		return state.User{}, err
	}
	switch directory.ViewOfUser(r.tx, r.caller, u) {
	case directory.Full:
		return u, nil
	case directory.Limited:
		return directory.LimitedUser(u), nil
	case directory.Hidden:
	}
	return state.User{}, problem.New(problem.Denied, problem.InsufficientRights, "")
}

func getUser(r *request, call *odata.Call) (any, error) {
	u, err := r.see(call.Value.(state.User))
	if err != nil {
		return nil, err
	}
	if err := userSet().checkShape(r, call.Query, true); err != nil {
		return nil, err
	}
	call.Query = unrolled(call.Query)
	w := userOf(&u)
	if err := r.expandUser(&u, &w, call.Query); err != nil {
		return nil, err
	}
	a := entity(call, "users", &w)
	a.wide = r.wideUser()
	return a, nil
}

// wideUser is what beta answers of a user where nothing is selected: all that a collection can have.
func (r *request) wideUser() []string {
	if r.version != versionBeta {
		return nil
	}
	s := userSet()
	return slices.DeleteFunc(slices.Clone(s.properties), func(p string) bool { return slices.Contains(s.alone, p) || p == "signInActivity" })
}

func listUsers(r *request, call *odata.Call) (any, error) {
	if err := directory.MayEnumerate(r.tx, r.caller); err != nil {
		return nil, err
	}
	call.Query = unrolled(call.Query)
	from := source[state.User]{
		all: func(after string) iter.Seq[state.User] {
			return usersFor(r.tx, r.tenant.ID, call.Query.Filter, after)
		},
		sorted: func(by odata.Order, after []string) (iter.Seq[state.User], bool) {
			if by.Desc || !strings.EqualFold(by.Path, "displayName") {
				return nil, false
			}
			return usersByName(r.tx, r.tenant.ID, after), true
		},
		rank:     func(u state.User) string { return u.DisplayName },
		id:       func(u state.User) string { return u.ID },
		resource: func(u state.User) odata.Resource { return userResource{u} },
		wide:     r.wideUser(),
	}
	var w wireUser // one for all rows
	basic := len(call.Query.Select) == 0 && from.wide == nil
	from.wire = func(u *state.User) (_ any, err error) {
		w = wireUser{}
		w.basics(u)
		if !basic {
			w.more(u)
		}
		return &w, r.expandUser(u, &w, call.Query)
	}
	return list(r, call, userSet(), "users", from)
}

// usersByName yields users by name, behind the name and id of the last one sent.
func usersByName(tx *state.Tx, tenant string, after []string) iter.Seq[state.User] {
	if len(after) < 2 {
		return tx.UsersByName(tenant, "")
	}
	name, id := strings.ToLower(after[0]), strings.ToLower(after[1])
	return func(yield func(state.User) bool) {
		for u := range tx.UsersByName(tenant, name) {
			if strings.ToLower(u.DisplayName) == name && strings.ToLower(u.ID) <= id {
				continue
			}
			if !yield(u) {
				return
			}
		}
	}
}

func createUser(r *request, call *odata.Call) (any, error) {
	if err := directory.MayManageUsers(r.tx, r.caller, state.User{}); err != nil {
		return nil, err
	}
	var in userInput
	if err := r.decodeObject(&in, userSet()); err != nil {
		return nil, err
	}
	if err := in.required(); err != nil {
		return nil, err
	}
	u := state.User{TenantID: r.tenant.ID, AccountEnabled: true}
	if err := in.apply(&u); err != nil {
		return nil, err
	}
	u, err := directory.AddUser(r.tx, r.caller, u)
	if err != nil {
		return nil, err
	}
	return r.created(call, "users", userOf(&u), "/users/"+u.ID), nil
}

func updateUser(r *request, call *odata.Call) (any, error) {
	u := call.Value.(state.User)
	var in userInput
	if err := r.decodeObject(&in, userSet()); err != nil {
		return nil, err
	}
	given, err := r.given()
	if err != nil {
		return nil, err
	}
	if err := r.mayChangeUser(u, given); err != nil {
		return nil, err
	}
	if err := in.apply(&u); err != nil {
		return nil, err
	}
	if _, err := directory.UpdateUser(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// mayChangeUser asks for the right to change those properties of a user.
func (r *request) mayChangeUser(u state.User, given []string) error {
	own := u.ID == r.caller.User.ID
	self := !slices.ContainsFunc(given, func(p string) bool { return !slices.Contains(directory.SelfService(), p) })
	password := slices.Contains(given, "passwordProfile") && !r.tx.World().Lenient
	if password && !r.caller.AppOnly() && !r.caller.HasScope("Directory.AccessAsUser.All", "User-PasswordProfile.ReadWrite.All") {
		return problem.New(problem.Denied, problem.MissingScope, "")
	}
	if own && self {
		return nil
	}
	if !r.caller.AppOnly() && !r.tx.World().Lenient && !own && !r.caller.HasScope(append(writeUsers(), "User.ManageIdentities.All",
		"User.EnableDisableAccount.All", "User-PasswordProfile.ReadWrite.All")...) {
		return problem.New(problem.Denied, problem.MissingScope, "")
	}
	return directory.MayManageUsers(r.tx, r.caller, u)
}

func deleteUser(r *request, call *odata.Call) (any, error) {
	u := call.Value.(state.User)
	if err := directory.MayManageUsers(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	if err := directory.DeleteUser(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	return noContent(), nil
}
