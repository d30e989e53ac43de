package directory

import (
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// UpdateUser stores a changed user: after is what was read, with the changes made. It checks names as AddUser does,
// keeps proxy addresses in step with the mail, recomputes dynamic groups and records what changed. A changed password ends
// the sessions that the old one opened.
func UpdateUser(tx *state.Tx, by Principal, after state.User) (state.User, error) {
	before, err := FindUser(tx, after.TenantID, after.ID)
	if err != nil {
		return state.User{}, err
	}
	t, _ := tx.Tenant(after.TenantID)
	if err := checkChange(tx, t, before, after); err != nil {
		return state.User{}, err
	}
	if after.Mail != before.Mail {
		after.ProxyAddresses = withPrimary(after.ProxyAddresses, after.Mail)
		if err := checkProxies(tx, after); err != nil {
			return state.User{}, err
		}
	}
	if after.UserPrincipalName != before.UserPrincipalName {
		after.Identities = renamed(before.Identities, before.UserPrincipalName, after.UserPrincipalName)
	}
	if after.Password != before.Password {
		after.LastPasswordChange, after.SessionsValidFrom = tx.Now(), tx.Now()
	}
	after = tx.PutUser(after)
	RecomputeDynamic(tx, after)
	if after.Password != before.Password {
		recordUser(tx, by, "Reset user password", opUpdate, after)
	}
	if changes := modified(described(before), described(after)); len(changes) > 0 {
		recordUser(tx, by, "Update user", opUpdate, after, changes...)
		if before.AccountEnabled != after.AccountEnabled {
			activity := "Disable account"
			if after.AccountEnabled {
				activity = "Enable account"
			}
			recordUser(tx, by, activity, opUpdate, after)
		}
	}
	return after, nil
}

func checkChange(tx *state.Tx, t state.Tenant, before, after state.User) error {
	if after.UserPrincipalName != before.UserPrincipalName {
		return checkNames(tx, t, after)
	}
	if after.DisplayName != before.DisplayName {
		if err := checkDisplayName(after.DisplayName); err != nil {
			return err
		}
	}
	if after.MailNickname != before.MailNickname {
		if after.MailNickname == "" {
			return invalid("mailNickname")
		}
		if err := checkNickname(after.MailNickname); err != nil {
			return err
		}
	}
	if after.Type != "" && after.Type != state.Member && after.Type != state.Guest {
		return invalid("userType")
	}
	return checkMails(after)
}

func renamed(identities []state.Identity, from, to string) []state.Identity {
	out := make([]state.Identity, 0, len(identities))
	for _, i := range identities {
		if i.SignInType == "userPrincipalName" && strings.EqualFold(i.IssuerAssignedID, from) {
			i.IssuerAssignedID = to
		}
		out = append(out, i)
	}
	return out
}

// described are the properties of a user that the audit log tells about, under its own names.
func described(u state.User) []named {
	return []named{
		{"AccountEnabled", []bool{u.AccountEnabled}},
		{"City", list(u.City)},
		{"CompanyName", list(u.CompanyName)},
		{"Country", list(u.Country)},
		{"Department", list(u.Department)},
		{"DisplayName", list(u.DisplayName)},
		{"EmployeeId", list(u.EmployeeID)},
		{"GivenName", list(u.GivenName)},
		{"JobTitle", list(u.JobTitle)},
		{"Mail", list(u.Mail)},
		{"MailNickname", list(u.MailNickname)},
		{"Mobile", list(u.MobilePhone)},
		{"OtherMail", list(u.OtherMails...)},
		{"PhysicalDeliveryOfficeName", list(u.OfficeLocation)},
		{"PostalCode", list(u.PostalCode)},
		{"PreferredLanguage", list(u.PreferredLanguage)},
		{"ProxyAddresses", list(u.ProxyAddresses...)},
		{"State", list(u.State)},
		{"StreetAddress", list(u.StreetAddress)},
		{"Surname", list(u.Surname)},
		{"TelephoneNumber", list(u.BusinessPhones...)},
		{"UsageLocation", list(u.UsageLocation)},
		{"UserPrincipalName", list(u.UserPrincipalName)},
		{"UserState", list(string(u.ExternalState))},
		{"UserType", list(string(u.Type))},
	}
}

// list is a value as the log has it: always a list, an empty one for no value.
func list(values ...string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// recycleDays is how long a deleted user or group can be restored (graph.md 3.1).
const recycleDays = 30

// Purged tells whether something deleted at that time is gone for good by now.
func Purged(tx *state.Tx, deletedAt time.Time) bool {
	return !deletedAt.IsZero() && !tx.Now().Before(deletedAt.AddDate(0, 0, recycleDays))
}

// DeletedUser returns a user in the recycle bin, who is gone after 30 days. It fails with UserNotFound.
func DeletedUser(tx *state.Tx, tenant, id string) (state.User, error) {
	u, ok := tx.DeletedUser(tenant, id)
	if !ok || Purged(tx, u.DeletedAt) {
		return state.User{}, userNotFound(id)
	}
	return u, nil
}

// PurgeExpired removes for good the users and groups of a tenant that are in its recycle bin for more than 30 days. Reading does not
// need it ([DeletedUser] knows); whoever lists changes calls it first, so that the removal has its tombstone.
func PurgeExpired(tx *state.Tx, tenant string) {
	for u := range tx.DeletedUsers(tenant) {
		if Purged(tx, u.DeletedAt) {
			purge(tx, u)
		}
	}
	for g := range tx.DeletedGroups(tenant) {
		if Purged(tx, g.DeletedAt) {
			purgeGroup(tx, g)
		}
	}
}

// DeleteUser moves a user to the recycle bin: he and his guests' access end at once, memberships stay for a restore.
func DeleteUser(tx *state.Tx, by Principal, u state.User) error {
	u, err := FindUser(tx, u.TenantID, u.ID)
	if err != nil {
		return err
	}
	u.DeletedAt = tx.Now()
	u = tx.PutUser(u)
	RecomputeDynamic(tx, u)
	recordUser(tx, by, "Delete user", opDelete, u)
	return nil
}

// RestoreUser takes a user out of the recycle bin. It fails with ObjectConflict where his name is taken meanwhile.
func RestoreUser(tx *state.Tx, by Principal, u state.User) (state.User, error) {
	u, err := DeletedUser(tx, u.TenantID, u.ID)
	if err != nil {
		return state.User{}, err
	}
	if _, taken := tx.UserByUPN(u.TenantID, u.UserPrincipalName); taken {
		return state.User{}, conflict("userPrincipalName", u.UserPrincipalName)
	}
	if err := checkProxies(tx, u); err != nil {
		return state.User{}, err
	}
	if u.Home.ObjectID != "" {
		if _, taken := tx.UserByHome(u.TenantID, u.Home.TenantID, u.Home.ObjectID); taken {
			return state.User{}, problem.For(problem.Conflict, problem.ObjectConflict, "identities",
				"Another guest is the same account already.")
		}
	}
	u.DeletedAt = time.Time{}
	u = tx.PutUser(u)
	RecomputeDynamic(tx, u)
	recordUser(tx, by, "Restore user", opUpdate, u)
	return u, nil
}

// PurgeUser removes a user in the recycle bin for good, with memberships, roles and grants. It fails with UserNotFound for
// somebody who is not there.
func PurgeUser(tx *state.Tx, by Principal, u state.User) error {
	u, err := DeletedUser(tx, u.TenantID, u.ID)
	if err != nil {
		return err
	}
	purge(tx, u)
	recordUser(tx, by, "Hard Delete user", opDelete, u)
	return nil
}

func purge(tx *state.Tx, u state.User) {
	dropReferences(tx, u.TenantID, u.ID)
	for i := range tx.InvitationsOf(u.TenantID, u.ID) {
		tx.DeleteInvitation(i)
	}
	for g := range tx.PermissionGrants(u.TenantID) {
		if strings.EqualFold(g.PrincipalID, u.ID) {
			tx.DeletePermissionGrant(g)
		}
	}
	tx.PurgeUser(u)
}

// dropReferences removes what points at an object that goes for good: memberships, roles, assignments.
func dropReferences(tx *state.Tx, tenant, id string) {
	for _, rel := range []state.Relation{state.Members, state.Owners} {
		for m := range tx.MembershipsOf(tenant, id, rel) {
			tx.RemoveMembership(m)
			touch(tx, tenant, m.GroupID)
		}
	}
	for a := range tx.RoleAssignmentsOf(tenant, id) {
		tx.DeleteRoleAssignment(a)
	}
	for a := range tx.AppRoleAssignmentsOf(tenant, id) {
		tx.DeleteAppRoleAssignment(a)
	}
}

// RevokeSessions makes refresh tokens and sessions from before now count no more.
func RevokeSessions(tx *state.Tx, by Principal, u state.User) (state.User, error) {
	u, err := FindUser(tx, u.TenantID, u.ID)
	if err != nil {
		return state.User{}, err
	}
	u.SessionsValidFrom = tx.Now()
	u = tx.PutUser(u)
	recordUser(tx, by, "Update StsRefreshTokenValidFrom Timestamp", opUpdate, u)
	return u, nil
}
