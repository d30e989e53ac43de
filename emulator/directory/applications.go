package directory

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// AudienceMyOrganization is the sign-in audience of an application that only its own tenant uses.
const AudienceMyOrganization = "AzureADMyOrg"

// FindClient returns the application that signs in: registered in any tenant, or well-known. It fails with ObjectNotFound.
func FindClient(tx *state.Tx, appID string) (state.Application, error) {
	if a, ok := tx.ApplicationByAppID(appID); ok {
		return a, nil
	}
	if a, ok := WellKnown(appID); ok {
		return a, nil
	}
	return state.Application{}, problem.For(problem.NotFound, problem.ObjectNotFound, appID, "Application with identifier '%s' was not found.", appID)
}

// AddApplication stores a registration and installs it in its own tenant. ID, AppID and CreatedAt have defaults. It fails
// with MissingProperty, InvalidProperty or ObjectConflict.
func AddApplication(tx *state.Tx, by Principal, a state.Application) (state.Application, error) {
	a, err := RegisterApplication(tx, by, a)
	if err != nil {
		return state.Application{}, err
	}
	_, err = Install(tx, by, a.TenantID, a.AppID)
	return a, err
}

// RegisterApplication stores a registration without installing it, as Graph does. Whoever registers it owns it.
func RegisterApplication(tx *state.Tx, by Principal, a state.Application) (state.Application, error) {
	a.ID, a.AppID = strings.ToLower(a.ID), strings.ToLower(a.AppID)
	if a.ID == "" {
		a.ID = tx.NewID()
	}
	if a.AppID == "" {
		a.AppID = tx.NewID()
	}
	if a.SignInAudience == "" {
		a.SignInAudience = AudienceMyOrganization
	}
	if a.CreatedAt.IsZero() {
		a.CreatedAt = tx.Now()
	}
	if _, taken := tx.Application(a.TenantID, a.ID); taken {
		return state.Application{}, conflict("id", a.ID)
	}
	if _, taken := ResourceByAppID(tx, a.AppID); taken {
		return state.Application{}, conflict("appId", a.AppID)
	}
	if err := checkApplication(tx, a); err != nil {
		return state.Application{}, err
	}
	owner := by.User.ID
	if by.AppOnly() {
		owner = by.ServicePrincipalID
	}
	if owner != "" && !by.System && !slices.Contains(a.OwnerIDs, owner) {
		a.OwnerIDs = append(slices.Clone(a.OwnerIDs), owner)
	}
	a = tx.PutApplication(a)
	recordApplication(tx, by, "Add application", opAdd, a)
	return a, nil
}

// UpdateApplication stores a changed registration. It fails as AddApplication does.
func UpdateApplication(tx *state.Tx, by Principal, after state.Application) (state.Application, error) {
	if _, ok := tx.Application(after.TenantID, after.ID); !ok {
		return state.Application{}, notFound(after.ID)
	}
	if err := checkApplication(tx, after); err != nil {
		return state.Application{}, err
	}
	after = tx.PutApplication(after)
	recordApplication(tx, by, "Update application", opUpdate, after)
	return after, nil
}

// checkApplication checks names and that no other application owns an identifier URI.
func checkApplication(tx *state.Tx, a state.Application) error {
	if strings.TrimSpace(a.DisplayName) == "" {
		return problem.For(problem.Invalid, problem.MissingProperty, "displayName",
			"A value is required for property 'displayName' of resource 'Application'.")
	}
	switch a.SignInAudience {
	case AudienceMyOrganization, "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount":
	default:
		return problem.For(problem.Invalid, problem.InvalidProperty, "signInAudience",
			"Invalid value specified for property 'signInAudience' of resource 'Application'.")
	}
	for _, uri := range a.IdentifierURIs {
		if other, taken := tx.ApplicationByURI(uri); taken && !strings.EqualFold(other.ID, a.ID) {
			return conflict("identifierUris", uri)
		}
	}
	return nil
}

// DeleteApplication moves a registration to the recycle bin and removes its service principal in its own tenant; those in
// other tenants stay and sign nobody in any more.
func DeleteApplication(tx *state.Tx, by Principal, a state.Application) error {
	a, ok := tx.Application(a.TenantID, a.ID)
	if !ok {
		return notFound(a.ID)
	}
	if sp, ok := tx.ServicePrincipalByAppID(a.TenantID, a.AppID); ok {
		if err := Uninstall(tx, by, sp); err != nil {
			return err
		}
	}
	a.DeletedAt = tx.Now()
	recordApplication(tx, by, "Delete application", opDelete, tx.PutApplication(a))
	return nil
}

func recordApplication(tx *state.Tx, by Principal, activity, kind string, a state.Application) {
	Audit(tx, by, state.Event{
		TenantID: a.TenantID, Operation: activity, Category: catApplications, Type: kind,
		Targets: []state.EventTarget{{ID: a.ID, Type: "Application", DisplayName: a.DisplayName}},
	})
}

func notFound(id string) error {
	return problem.For(problem.NotFound, problem.ObjectNotFound, id,
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}
