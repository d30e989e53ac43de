package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// event is an entry of the timeline, in the words of the audit logs that it is read through.
type event struct {
	Seq         uint64         `json:"seq" doc:"number in the world's sequence of changes"`
	ID          string         `json:"id"`
	At          time.Time      `json:"at"`
	Tenant      string         `json:"tenant"`
	Workload    string         `json:"workload" doc:"AzureActiveDirectory, SharePoint or OneDrive"`
	Operation   string         `json:"operation" doc:"by its real name: Invite external user, SharingInvitationCreated ..."`
	Result      string         `json:"result"`
	Reason      string         `json:"reason,omitempty"`
	Actor       string         `json:"actor,omitempty" doc:"principal name, address or client id"`
	ActorID     string         `json:"actorId,omitempty"`
	Target      string         `json:"target,omitempty"`
	TargetType  string         `json:"targetType,omitempty"`
	Targets     []eventTarget  `json:"targets,omitempty"`
	ObjectURL   string         `json:"objectUrl,omitempty"`
	ItemType    string         `json:"itemType,omitempty"`
	Details     []eventDetails `json:"details,omitempty"`
	Correlation string         `json:"correlationId,omitempty"`
}

type eventTarget struct {
	ID          string `json:"id,omitempty"`
	Type        string `json:"type,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	UPN         string `json:"userPrincipalName,omitempty"`
}

type eventDetails struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func recordEndpoints() []endpoint {
	filter := []param{text("tenant", "id"), text("operation", "by its real name"), text("actor", "principal name or object id"), number("since", "change number after which to begin")}
	return []endpoint{
		{Method: http.MethodGet, Path: "/audit", Summary: "the timeline, oldest first", Query: filter, Reply: list[event]{}, handle: getAudit},
		{Method: http.MethodGet, Path: "/events", Summary: "the timeline as it grows, as server-sent events", Query: filter, Type: "text/event-stream", Reply: raw{}, handle: getEvents},
	}
}

// wantedEvents is what the query asks for.
type wantedEvents struct {
	tenant, operation, actor string
	since                    uint64
}

func (c *call) wantedEvents() (wantedEvents, error) {
	w := wantedEvents{tenant: strings.ToLower(c.query("tenant")), operation: c.query("operation"), actor: c.query("actor")}
	since := c.query("since")
	if id := c.r.Header.Get("Last-Event-ID"); id != "" && since == "" {
		since = id
	}
	if since == "" {
		return w, nil
	}
	n, err := strconv.ParseUint(since, 10, 63)
	if err != nil {
		return w, problem.For(problem.Invalid, problem.InvalidProperty, "since", "found %q, a change number is wanted", since)
	}
	w.since = n
	return w, nil
}

func (w wantedEvents) matches(e state.Event) bool {
	return (w.tenant == "" || e.TenantID == w.tenant) && (w.operation == "" || e.Operation == w.operation) &&
		(w.actor == "" || strings.EqualFold(w.actor, e.ActorUPN) || w.actor == e.Actor.UserID || w.actor == e.Actor.AppID)
}

func (c *call) events(w wantedEvents) (found []event, last uint64, err error) {
	last = w.since
	err = c.view(func(tx *state.Tx) error {
		for e := range tx.EventsSince(w.since) {
			last = e.Seq
			if w.matches(e) {
				found = append(found, describeEvent(e))
			}
		}
		return nil
	})
	return found, last, err
}

func getAudit(c *call) (any, error) {
	w, err := c.wantedEvents()
	if err != nil {
		return nil, err
	}
	found, _, err := c.events(w)
	if found == nil {
		found = []event{}
	}
	return list[event]{found}, err
}

// getEvents goes on until the client leaves. A client that comes back with Last-Event-ID misses nothing.
func getEvents(c *call) (any, error) {
	w, err := c.wantedEvents()
	if err != nil {
		return nil, err
	}
	return stream(func(out http.ResponseWriter) {
		out.Header().Set("Content-Type", "text/event-stream")
		out.Header().Set("Cache-Control", "no-store")
		control := http.NewResponseController(out)
		for {
			changed := c.store.Changed()
			found, last, err := c.events(w)
			if err != nil {
				return
			}
			for _, e := range found {
				b, err := json.Marshal(e)
				if err != nil {
					return
				}
				fmt.Fprintf(out, "id: %d\nevent: audit\ndata: %s\n\n", e.Seq, b)
			}
			if len(found) == 0 {
				fmt.Fprint(out, ": waiting\n\n")
			}
			if control.Flush() != nil {
				return
			}
			w.since = last
			select {
			case <-changed:
			case <-c.ctx.Done():
				return
			}
		}
	}), nil
}

func describeEvent(e state.Event) event {
	out := event{
		Seq: e.Seq, ID: e.ID, At: e.At, Tenant: e.TenantID, Workload: e.Workload, Operation: e.Operation, Result: e.Result,
		Reason: e.Reason, Actor: e.ActorUPN, ActorID: e.Actor.UserID, Target: e.TargetName, TargetType: e.TargetType,
		ObjectURL: e.ObjectURL, ItemType: e.ItemType, Correlation: e.CorrelationID,
	}
	if out.Actor == "" {
		out.Actor = e.Actor.Email
	}
	if out.Actor == "" {
		out.Actor = e.Actor.AppID
	}
	for _, t := range e.Targets {
		out.Targets = append(out.Targets, eventTarget{t.ID, t.Type, t.DisplayName, t.UPN})
	}
	if out.Target == "" && len(e.Targets) > 0 {
		out.Target, out.TargetType = e.Targets[0].UPN, e.Targets[0].Type
		if out.Target == "" {
			out.Target = e.Targets[0].DisplayName
		}
	}
	for _, d := range e.Details {
		out.Details = append(out.Details, eventDetails{d.Key, d.Value})
	}
	return out
}
