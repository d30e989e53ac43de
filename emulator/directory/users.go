package directory

import "github.com/tennantite/tennantite/emulator/state"

// FindUser returns a living user by object id or principal name. It fails with UserNotFound, the id as target.
func FindUser(tx *state.Tx, tenant, idOrUPN string) (state.User, error) { panic("skeleton") }

// UserByAddress returns the living user who bears an address; members before guests.
func UserByAddress(tx *state.Tx, tenant, address string) (state.User, bool) { panic("skeleton") }

// AddUser stores a new member (or, as POST /users with userType Guest does, a local account that is called a guest) and
// records it. Required: DisplayName, UserPrincipalName in a verified domain; MailNickname follows from the principal name
// if empty. ID, PUID, CreatedAt and Type have defaults. It fails with ObjectConflict, DomainNotVerified,
// MissingProperty or InvalidProperty, the property as target.
func AddUser(tx *state.Tx, by Principal, u state.User) (state.User, error) { panic("skeleton") }

// UpdateUser stores a changed user: after is what was read, with the changes made. It checks names as AddUser does,
// keeps proxy addresses in step with the mail, recomputes dynamic groups and records what changed.
func UpdateUser(tx *state.Tx, by Principal, after state.User) (state.User, error) { panic("skeleton") }

// DeleteUser moves a user to the recycle bin: he and his guests' access end at once, memberships stay for a restore.
func DeleteUser(tx *state.Tx, by Principal, u state.User) error { panic("skeleton") }

// RestoreUser takes a user out of the recycle bin. It fails with ObjectConflict where his name is taken meanwhile.
func RestoreUser(tx *state.Tx, by Principal, u state.User) (state.User, error) { panic("skeleton") }

// PurgeUser removes a user in the recycle bin for good, with memberships, roles and grants.
func PurgeUser(tx *state.Tx, by Principal, u state.User) error { panic("skeleton") }

// RevokeSessions makes refresh tokens and sessions from before now count no more.
func RevokeSessions(tx *state.Tx, by Principal, u state.User) (state.User, error) { panic("skeleton") }
