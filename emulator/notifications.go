package emulator

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/state"
)

// change is something that a subscription may be about.
type change struct {
	id, kind string // kind is updated or deleted
	seq      uint64
}

// changesFor lists what happened after a change number to what a subscription watches, each object once. Users and groups
// that are made, changed or moved to the recycle bin are updated; what is gone for good is deleted (graph.md 9.3).
func changesFor(tx *state.Tx, s state.Subscription, after uint64) []change {
	var all []change
	add := func(id, kind string, seq uint64) {
		if s.ObjectID != "" && !strings.EqualFold(s.ObjectID, id) {
			return
		}
		all = slices.DeleteFunc(all, func(c change) bool { return c.id == id && c.kind == kind })
		all = append(all, change{id, kind, seq})
	}
	switch s.Container {
	case state.ContainerUsers:
		for u := range tx.UsersSince(s.TenantID, after) {
			add(u.ID, changeUpdated, u.Seq)
		}
	case state.ContainerGroups:
		for g := range tx.GroupsSince(s.TenantID, after) {
			add(g.ID, changeUpdated, g.Seq)
		}
	default: // a library tells that something changed, not what
		for i := range tx.ItemsSince(s.TenantID, s.Container, after) {
			return []change{{"", changeUpdated, i.Seq}}
		}
		for t := range tx.TombstonesSince(s.TenantID, s.Container, after) {
			return []change{{"", changeUpdated, t.Seq}}
		}
		return nil
	}
	for t := range tx.TombstonesSince(s.TenantID, s.Container, after) {
		add(t.ID, changeDeleted, t.Seq)
	}
	return slices.DeleteFunc(all, func(c change) bool { return !slices.Contains(s.ChangeTypes, c.kind) })
}

const (
	changeUpdated = "updated"
	changeDeleted = "deleted"
)

// notification is an element of Graph's changeNotificationCollection.
type notification struct {
	ID             string        `json:"id"`
	SubscriptionID string        `json:"subscriptionId"`
	ExpiresAt      time.Time     `json:"subscriptionExpirationDateTime"`
	ClientState    *string       `json:"clientState"`
	ChangeType     string        `json:"changeType"`
	Resource       string        `json:"resource"`
	TenantID       string        `json:"tenantId"`
	ResourceData   *resourceData `json:"resourceData"`
}

type resourceData struct {
	Type           string `json:"@odata.type"`
	Address        string `json:"@odata.id,omitempty"`
	ETag           string `json:"@odata.etag,omitempty"`
	ID             string `json:"id,omitempty"`
	OrganizationID string `json:"organizationId,omitempty"`
}

// spNotification is an element of what SharePoint's own list subscriptions send.
type spNotification struct {
	SubscriptionID string    `json:"subscriptionId"`
	ClientState    string    `json:"clientState"`
	ExpiresAt      time.Time `json:"expirationDateTime"`
	Resource       string    `json:"resource"` // the list's id
	TenantID       string    `json:"tenantId"`
	SiteURL        string    `json:"siteUrl"`
	WebID          string    `json:"webId"`
}

type envelope[T any] struct {
	Value []T `json:"value"`
}

// notificationBody is what is posted to a subscriber about changes.
func notificationBody(tx *state.Tx, s state.Subscription, changes []change) ([]byte, error) {
	if s.SharePoint {
		n := spNotification{
			SubscriptionID: s.ID, ClientState: s.ClientState, ExpiresAt: s.ExpiresAt, Resource: s.Container, TenantID: s.TenantID,
		}
		if l, ok := tx.List(s.TenantID, s.Container); ok {
			if site, ok := tx.Site(s.TenantID, l.SiteID); ok {
				n.SiteURL, n.WebID = site.Path, site.WebID
			}
		}
		return json.Marshal(envelope[spNotification]{[]spNotification{n}})
	}
	all := make([]notification, 0, len(changes))
	for _, c := range changes {
		n := notification{
			ID: notificationID(s, c), SubscriptionID: s.ID, ExpiresAt: s.ExpiresAt.UTC(), ChangeType: c.kind,
			Resource: s.Resource, TenantID: s.TenantID,
		}
		if s.ClientState != "" {
			n.ClientState = &s.ClientState
		}
		switch s.Container {
		case state.ContainerUsers:
			n.Resource = "Users/" + c.id
			n.ResourceData = &resourceData{Type: "#Microsoft.Graph.User", Address: n.Resource, ID: c.id, OrganizationID: s.TenantID}
		case state.ContainerGroups:
			n.Resource = "Groups/" + c.id
			n.ResourceData = &resourceData{Type: "#Microsoft.Graph.Group", Address: n.Resource, ID: c.id, OrganizationID: s.TenantID}
		default:
			n.ResourceData = &resourceData{Type: "#Microsoft.Graph.DriveItem"}
			if strings.Contains(strings.ToLower(s.Resource), "/lists/") {
				n.ResourceData.Type = "#Microsoft.Graph.ListItem"
			}
		}
		all = append(all, n)
	}
	return json.Marshal(envelope[notification]{all})
}

// notificationID follows from the change, so that a repeated delivery can be told by it.
func notificationID(s state.Subscription, c change) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", s.ID, c.id, c.kind, c.seq))
	u := uuid.UUID(sum[:16])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}
