// Package audit keeps what happened: one timeline per world, in the words of the two logs that it is read through, the
// directory's (directoryAudits) and SharePoint's (the management activity schema). It never decides whether something is
// allowed; a rule that did something records it in the same transaction, so that what was undone was not recorded either.
package audit

import "github.com/tennantite/tennantite/emulator/state"

// Workloads.
const (
	Directory  = "AzureActiveDirectory"
	SharePoint = "SharePoint"
	OneDrive   = "OneDrive"
)

// Services of directory audits (loggedByService).
const (
	CoreDirectory = "Core Directory"
	InvitedUsers  = "Invited Users"
	B2BAuth       = "B2B Auth"
)

// Record appends an event to the timeline of its tenant. Id, time and result have defaults.
func Record(tx *state.Tx, e state.Event) state.Event {
	if e.ID == "" {
		e.ID = tx.NewID()
	}
	if e.At.IsZero() {
		e.At = tx.Now()
	}
	if e.Result == "" {
		e.Result = "success"
	}
	if e.CorrelationID == "" {
		e.CorrelationID = tx.NewID()
	}
	return tx.PutEvent(e)
}
