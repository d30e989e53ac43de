package directory

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Visibilities of a group, and states of a dynamic one.
const (
	visibilityPublic = "Public"
	visibilityHidden = "HiddenMembership"
	processingOn     = "On"
	processingPaused = "Paused"
)

const catGroups = "GroupManagement"

// FindGroup returns a living group. It fails with ObjectNotFound, the id as target.
func FindGroup(tx *state.Tx, tenant, id string) (state.Group, error) {
	g, ok := tx.Group(tenant, id)
	if !ok {
		return state.Group{}, notFound(id)
	}
	return g, nil
}

// AddGroup stores a new group with the service's defaults and computes a dynamic one. A Microsoft 365 group's site is
// collaboration's part. It fails with MissingProperty, InvalidProperty, InvalidRule or ObjectConflict.
func AddGroup(tx *state.Tx, by Principal, g state.Group) (state.Group, error) {
	if g.ID == "" {
		g.ID = tx.NewID()
	}
	if g.CreatedAt.IsZero() {
		g.CreatedAt = tx.Now()
	}
	g.RenewedAt = g.CreatedAt
	t, ok := tx.Tenant(g.TenantID)
	if !ok {
		return state.Group{}, problem.For(problem.NotFound, problem.TenantNotFound, g.TenantID, "there is no such organisation")
	}
	if g.Unified {
		if g.Visibility == "" {
			g.Visibility = visibilityPublic
		}
		g.Mail = g.MailNickname + "@" + t.DefaultDomain()
		g.ProxyAddresses = []string{"SMTP:" + g.Mail}
	}
	if g.Dynamic() && g.ProcessingState == "" {
		g.ProcessingState = processingOn
	}
	if err := checkGroup(tx, g); err != nil {
		return state.Group{}, err
	}
	if g.Assignable && (!g.SecurityEnabled || g.Dynamic()) {
		return state.Group{}, invalidValue("isAssignableToRole", "A role-assignable group is a security group with assigned members.")
	}
	g = tx.PutGroup(g)
	recordGroup(tx, by, "Add group", opAdd, g, modified(unset(groupProperties(g)), groupProperties(g)))
	if g.Dynamic() {
		recomputeGroup(tx, g)
	}
	return g, nil
}

// checkGroup says whether a group's properties fit together (graph.md 4, 4.1).
func checkGroup(tx *state.Tx, g state.Group) error {
	switch {
	case g.DisplayName == "":
		return noGroupProperty("displayName")
	case len([]rune(g.DisplayName)) > maxDisplayName:
		return invalidValue("displayName", "The displayName is too long.")
	case g.MailNickname == "":
		return noGroupProperty("mailNickname")
	case len(g.MailNickname) > maxNickname || strings.ContainsAny(g.MailNickname, `@()\[]";:.<>, `):
		return invalidValue("mailNickname", "Invalid value specified for property 'mailNickname' of resource 'Group'.")
	case g.Unified && !g.MailEnabled:
		return invalidValue("mailEnabled", "A unified group has to be mail-enabled.")
	case !g.Unified && g.MailEnabled:
		return invalidValue("mailEnabled", "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.")
	case !g.Unified && !g.SecurityEnabled:
		return invalidValue("securityEnabled", "A group that is not mail-enabled has to be security-enabled.")
	case !slices.Contains([]string{"", visibilityPublic, "Private", visibilityHidden}, g.Visibility),
		g.Visibility == visibilityHidden && !g.Unified:
		return invalidValue("visibility", "Invalid value specified for property 'visibility' of resource 'Group'.")
	case g.Dynamic() && g.ProcessingState != processingOn && g.ProcessingState != processingPaused:
		return invalidValue("membershipRuleProcessingState", "Invalid value specified for property 'membershipRuleProcessingState' of resource 'Group'.")
	}
	if g.Dynamic() {
		if err := CheckRule(g.MembershipRule); err != nil {
			return err
		}
	}
	if !g.Unified {
		return nil
	}
	if other, ok := tx.GroupByNickname(g.TenantID, g.MailNickname); ok && other.ID != g.ID && other.Unified {
		return problem.For(problem.Conflict, problem.ObjectConflict, "mailNickname", "Another object with the same value for property mailNickname already exists.")
	}
	for u := range tx.UsersByAddress(g.TenantID, g.Mail) {
		return problem.For(problem.Conflict, problem.ObjectConflict, "proxyAddresses", "Another object with the same value for property proxyAddresses already exists: %s.", u.DisplayName)
	}
	return nil
}

// UpdateGroup stores a changed group; a changed rule is computed anew.
func UpdateGroup(tx *state.Tx, by Principal, after state.Group) (state.Group, error) {
	before, err := FindGroup(tx, after.TenantID, after.ID)
	if err != nil {
		return state.Group{}, err
	}
	switch {
	case after.Assignable != before.Assignable:
		return state.Group{}, readOnly("isAssignableToRole")
	case after.Unified != before.Unified:
		return state.Group{}, readOnly("groupTypes")
	case after.Visibility != before.Visibility && (after.Visibility == visibilityHidden || before.Visibility == visibilityHidden):
		return state.Group{}, readOnly("visibility")
	case after.Unified && after.MailNickname != before.MailNickname:
		_, domain, _ := splitAddress(before.Mail)
		after.Mail = after.MailNickname + "@" + domain
		after.ProxyAddresses = rename(before.ProxyAddresses, after.Mail)
	}
	if after.Dynamic() && after.ProcessingState == "" {
		after.ProcessingState = processingOn
	}
	if !after.Dynamic() {
		after.ProcessingState = ""
	}
	if err := checkGroup(tx, after); err != nil {
		return state.Group{}, err
	}
	after = tx.PutGroup(after)
	recordGroup(tx, by, "Update group", opUpdate, after, modified(groupProperties(before), groupProperties(after)))
	if after.MembershipRule != before.MembershipRule || after.ProcessingState != before.ProcessingState {
		recomputeGroup(tx, after)
	}
	return after, nil
}

// rename makes an address the primary one and keeps the old one as an alias.
func rename(addresses []string, primary string) []string {
	out := []string{"SMTP:" + primary}
	for _, a := range addresses {
		kind, address, _ := strings.Cut(a, ":")
		if strings.EqualFold(kind, "smtp") && !strings.EqualFold(address, primary) {
			out = append(out, "smtp:"+address)
		}
	}
	return out
}

// DeleteGroup moves a Microsoft 365 group to the recycle bin and removes a security group for good.
func DeleteGroup(tx *state.Tx, by Principal, g state.Group) error {
	recordGroup(tx, by, "Delete group", opDelete, g, nil)
	if g.Unified {
		g.DeletedAt = tx.Now()
		tx.PutGroup(g)
		return nil
	}
	purgeGroup(tx, g)
	return nil
}

// RestoreGroup takes a group out of the recycle bin. It fails with ObjectConflict where its name is taken meanwhile.
func RestoreGroup(tx *state.Tx, by Principal, g state.Group) (state.Group, error) {
	if err := checkGroup(tx, g); err != nil {
		return state.Group{}, err
	}
	g.DeletedAt = state.Group{}.DeletedAt
	g = tx.PutGroup(g)
	recordGroup(tx, by, "Restore Group", opUpdate, g, nil)
	if g.Dynamic() {
		recomputeGroup(tx, g)
	}
	return g, nil
}

// PurgeGroup removes a group in the recycle bin for good, with its links, its roles and its place in other groups.
func PurgeGroup(tx *state.Tx, by Principal, g state.Group) error {
	if g.DeletedAt.IsZero() {
		return notFound(g.ID)
	}
	recordGroup(tx, by, "Hard Delete group", opDelete, g, nil)
	purgeGroup(tx, g)
	return nil
}

func purgeGroup(tx *state.Tx, g state.Group) {
	for _, rel := range []state.Relation{state.Members, state.Owners} {
		for m := range tx.MembershipsOf(g.TenantID, g.ID, rel) {
			tx.RemoveMembership(m)
			touch(tx, g.TenantID, m.GroupID)
		}
	}
	for a := range tx.RoleAssignmentsOf(g.TenantID, g.ID) {
		tx.DeleteRoleAssignment(a)
	}
	tx.PurgeGroup(g)
}

// groupProperties are the properties whose changes the audit log shows.
func groupProperties(g state.Group) []named {
	return []named{
		{"DisplayName", g.DisplayName},
		{"Description", g.Description},
		{"MailNickname", g.MailNickname},
		{"Mail", g.Mail},
		{"Visibility", g.Visibility},
		{"MembershipRule", g.MembershipRule},
		{"MembershipRuleProcessingState", g.ProcessingState},
		{"SecurityEnabled", g.SecurityEnabled},
	}
}

// unset are properties without values: what there was before the object.
func unset(of []named) []named {
	out := make([]named, len(of))
	for i, n := range of {
		out[i] = named{n.name, nil}
	}
	return out
}

func groupTarget(g state.Group, m []state.ModifiedProperty) state.EventTarget {
	kind := "azureAD"
	if g.Unified {
		kind = "unifiedGroups"
	}
	return state.EventTarget{ID: g.ID, Type: "Group", DisplayName: g.DisplayName, GroupType: kind, Modified: m}
}

func recordGroup(tx *state.Tx, by Principal, activity, kind string, g state.Group, m []state.ModifiedProperty) {
	Audit(tx, by, state.Event{
		TenantID: g.TenantID, Operation: activity, Category: catGroups, Type: kind,
		Targets: []state.EventTarget{groupTarget(g, m)},
	})
}

func noGroupProperty(property string) error {
	return problem.For(problem.Invalid, problem.MissingProperty, property, "A value is required for property '%s' of resource 'Group'.", property)
}

func invalidValue(property, text string) error {
	return problem.For(problem.Invalid, problem.InvalidProperty, property, "%s", text)
}

func readOnly(property string) error {
	return problem.For(problem.Invalid, problem.ReadOnlyProperty, property, "Property '%s' is read-only and cannot be set.", property)
}
