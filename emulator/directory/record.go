package directory

import (
	"encoding/json"
	"slices"

	"github.com/tennantite/tennantite/emulator/state"
)

// The words of directory audits (graph.md 10; the reference of Entra's audit activities).
const (
	workload      = "AzureActiveDirectory"
	coreDirectory = "Core Directory"
	invitedUsers  = "Invited Users"

	catUsers        = "UserManagement"
	catPolicy       = "Policy"
	catApplications = "ApplicationManagement"

	opAdd    = "Add"
	opUpdate = "Update"
	opDelete = "Delete"
	opAssign = "Assign"
)

// Audit appends an event of the directory to the timeline of its tenant. Who did it is taken from the principal; service
// (Core Directory), id and time have defaults. The timeline belongs to the transaction: what was undone was not recorded.
func Audit(tx *state.Tx, by Principal, e state.Event) state.Event {
	e.ID, e.At, e.Workload = tx.NewID(), tx.Now(), workload
	if e.Service == "" {
		e.Service = coreDirectory
	}
	if e.Result == "" {
		e.Result = "success"
	}
	if e.CorrelationID = by.CorrelationID; e.CorrelationID == "" {
		e.CorrelationID = tx.NewID()
	}
	e.Actor, e.ActorUPN, e.IPAddress, e.UserAgent = by.Actor(), by.User.UserPrincipalName, by.IPAddress, by.UserAgent
	switch {
	case by.System && by.User.ID == "":
		e.ActorType, e.Actor.Name = "System", "Microsoft Substrate Management"
	case by.AppOnly():
		e.ActorType = "Application"
		if a, err := FindClient(tx, by.AppID); err == nil {
			e.Actor.Name = a.DisplayName
		}
	default:
		e.ActorType = string(by.User.Type)
	}
	return tx.PutEvent(e)
}

// userTarget is a user as a target of an event.
func userTarget(u state.User, modified ...state.ModifiedProperty) state.EventTarget {
	return state.EventTarget{ID: u.ID, Type: "User", DisplayName: u.DisplayName, UPN: u.UserPrincipalName, Modified: modified}
}

func recordUser(tx *state.Tx, by Principal, activity, kind string, u state.User, modified ...state.ModifiedProperty) {
	Audit(tx, by, state.Event{
		TenantID: u.TenantID, Operation: activity, Category: catUsers, Type: kind,
		Targets: []state.EventTarget{userTarget(u, modified...)},
	})
}

// modified are the properties in which two lists of named values differ, values as JSON, as the log has them.
func modified(before, after []named) []state.ModifiedProperty {
	var out []state.ModifiedProperty
	for i, b := range before {
		old, now := asJSON(b.value), asJSON(after[i].value)
		if old != now {
			out = append(out, state.ModifiedProperty{Name: b.name, Old: old, New: now})
		}
	}
	if len(out) == 0 {
		return nil
	}
	names := make([]string, 0, len(out))
	for _, m := range out {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return append(out, state.ModifiedProperty{Name: "Included Updated Properties", New: asJSON(names)})
}

type named struct {
	name  string
	value any
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "" // only text, lists, numbers and truth values come here
	}
	return string(b)
}
