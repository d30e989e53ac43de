package tokens

import (
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// Smart lockout: after so many wrong passwords in a row an account takes none for a while (the service's own defaults).
const (
	lockoutThreshold = 10
	lockoutTime      = time.Minute
)

// lockoutID files an account's wrong passwords beside the one-time codes, which are counted in the same way.
func lockoutID(u state.User) string { return "lockout:" + u.TenantID + ":" + u.ID }

func locked(tx *state.Tx, u state.User) bool {
	n, ok := tx.OneTimeCode(lockoutID(u))
	return ok && n.Attempts >= lockoutThreshold && tx.Now().Before(n.ExpiresAt)
}

// NotePassword counts a wrong password of an address, or forgets the earlier ones after a good one. A wrong one fails its
// transaction, so the face notes it in another.
func NotePassword(tx *state.Tx, address string, good bool) {
	u := directory.Discover(tx, address).User
	if u.ID == "" {
		return
	}
	n, ok := tx.OneTimeCode(lockoutID(u))
	if good {
		if ok {
			tx.DeleteOneTimeCode(n)
		}
		return
	}
	if !ok || !tx.Now().Before(n.ExpiresAt) {
		n = state.OneTimeCode{ID: lockoutID(u)}
	}
	n.Attempts++
	n.ExpiresAt = tx.Now().Add(lockoutTime)
	tx.PutOneTimeCode(n)
}
