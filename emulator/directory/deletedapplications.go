package directory

import (
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// ApplicationObject is a registration as an object.
func ApplicationObject(a state.Application) Object {
	return Object{Type: TypeApplication, ID: a.ID, Application: a}
}

// RestoreApplication takes a registration out of the recycle bin. It fails with ObjectNotFound for one that is not there,
// and with ObjectConflict where one of its identifier URIs is taken meanwhile.
func RestoreApplication(tx *state.Tx, by Principal, a state.Application) (state.Application, error) {
	a, ok := tx.DeletedApplication(a.TenantID, a.ID)
	if !ok || Purged(tx, a.DeletedAt) {
		return state.Application{}, notFound(a.ID)
	}
	for _, uri := range a.IdentifierURIs {
		if _, taken := tx.ApplicationByURI(uri); taken {
			return state.Application{}, problem.For(problem.Conflict, problem.ObjectConflict, "identifierUris",
				"Another object with the same value for property identifierUris already exists.")
		}
	}
	a.DeletedAt = time.Time{}
	a = tx.PutApplication(a)
	recordApplication(tx, by, "Restore application", opUpdate, a)
	return a, nil
}

// PurgeApplication removes a registration in the recycle bin for good. It fails with ObjectNotFound.
func PurgeApplication(tx *state.Tx, by Principal, a state.Application) error {
	if _, ok := tx.DeletedApplication(a.TenantID, a.ID); !ok || Purged(tx, a.DeletedAt) {
		return notFound(a.ID)
	}
	tx.PurgeApplication(a)
	recordApplication(tx, by, "Hard Delete application", opDelete, a)
	return nil
}
