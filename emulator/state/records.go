package state

import (
	"iter"
	"time"
)

// Message is a mail that was sent. Mail is global: an address belongs to no tenant.
type Message struct {
	ID         string
	Seq        uint64
	TenantID   string // whose service sent it
	To, From   string
	CC         []string
	Subject    string
	Sent       time.Time
	Kind       string // b2b-invitation, sharing-invitation, sharing-link, one-time-code, notification
	Text, HTML string
	Code       string
	Links      []MessageLink
	Read       bool
}

// MessageLink is an address in a mail with what it is for.
type MessageLink struct{ Kind, URL string }

// Message returns a mail by id.
func (tx *Tx) Message(id string) (Message, bool) {
	return first[Message](tx, tableMessages, indexID, id)
}

// Messages yields all mail, oldest first.
func (tx *Tx) Messages() iter.Seq[Message] { return each[Message](tx, tableMessages, indexSeq) }

// MessagesSince yields the mail that was sent after a change number, oldest first.
func (tx *Tx) MessagesSince(seq uint64) iter.Seq[Message] {
	return from[Message](tx, tableMessages, indexSeq, seq+1)
}

// MessagesTo yields the mail to an address, oldest first.
func (tx *Tx) MessagesTo(address string) iter.Seq[Message] {
	return each[Message](tx, tableMessages, indexAddress, fold(address))
}

// PutMessage stores a mail.
func (tx *Tx) PutMessage(m Message) {
	if m.Seq == 0 {
		m.Seq = tx.NextSequence()
	}
	put(tx, tableMessages, m)
}

// DeleteMessage removes a mail.
func (tx *Tx) DeleteMessage(m Message) { remove(tx, tableMessages, m) }

// Event is an entry of the audit timeline, in the terms of both audit logs.
type Event struct {
	TenantID      string
	ID            string
	Seq           uint64
	At            time.Time
	Workload      string // AzureActiveDirectory, SharePoint, OneDrive
	Operation     string // Invite external user, SharingInvitationCreated ...
	Category      string // UserManagement, GroupManagement ... of directory audits
	Service       string // loggedByService: Core Directory, Invited Users ...
	Type          string // operationType: Add, Update, Delete ...
	Result        string // success or failure
	Reason        string
	CorrelationID string

	Actor     Actor
	ActorUPN  string
	ActorType string // Member, Guest, Application ...
	IPAddress string
	UserAgent string
	Targets   []EventTarget
	Details   []EventDetail // additionalDetails, EventData

	// SharePoint's schema.
	SiteID, SiteURL, ObjectURL, ItemType string
	TargetName, TargetType               string
	SourceRelativeURL, SourceFile        string
	UniqueSharingID                      string
}

// EventTarget is what an operation was done to.
type EventTarget struct {
	ID, Type, DisplayName, UPN, GroupType string
	Modified                              []ModifiedProperty
}

// ModifiedProperty is a change, values as JSON.
type ModifiedProperty struct{ Name, Old, New string }

// EventDetail is a key with a value.
type EventDetail struct{ Key, Value string }

// Events yields a tenant's timeline, oldest first.
func (tx *Tx) Events(tenant string) iter.Seq[Event] {
	return each[Event](tx, tableEvents, indexID, tenant)
}

// EventsSince yields the world's timeline after a change number, all tenants, oldest first (global: the control plane's).
func (tx *Tx) EventsSince(seq uint64) iter.Seq[Event] {
	return from[Event](tx, tableEvents, indexSeq, seq+1)
}

// PutEvent appends to the timeline.
func (tx *Tx) PutEvent(e Event) Event {
	e.Seq = tx.NextSequence()
	put(tx, tableEvents, e)
	return e
}

// ForgetEvents empties the timeline of all tenants.
func (tx *Tx) ForgetEvents() {
	for e := range each[Event](tx, tableEvents, indexSeq) {
		remove(tx, tableEvents, e)
	}
}

// Subscription is a webhook subscription.
type Subscription struct {
	TenantID, ID         string
	AppID, UserID        string // who made it
	Resource             string // as subscribed
	Container            string // users, groups or a list id
	ObjectID             string // one object of the container, "" for all
	ChangeTypes          []string
	NotificationURL      string
	LifecycleURL         string
	ClientState          string
	LatestTLS            string
	NotificationURLAppID string
	QueryOptions         string
	SharePoint           bool // made through SharePoint's list subscriptions
	ExpiresAt            time.Time
	CreatedAt            time.Time
	DeliveredSeq         uint64    // change number up to which notifications were sent
	AuthorizedUntil      time.Time // when the token ends that it was made or authorized again with; zero: never
	ReauthorizationAsked bool      // the subscriber was asked to authorize it again
}

// Subscription returns a subscription.
func (tx *Tx) Subscription(tenant, id string) (Subscription, bool) {
	return first[Subscription](tx, tableSubscriptions, indexID, tenant, fold(id))
}

// Subscriptions yields a tenant's subscriptions.
func (tx *Tx) Subscriptions(tenant string) iter.Seq[Subscription] {
	return each[Subscription](tx, tableSubscriptions, indexID, tenant)
}

// AllSubscriptions yields the subscriptions of all tenants (global: the sender's).
func (tx *Tx) AllSubscriptions() iter.Seq[Subscription] {
	return each[Subscription](tx, tableSubscriptions, indexID)
}

// PutSubscription stores a subscription.
func (tx *Tx) PutSubscription(s Subscription) { put(tx, tableSubscriptions, s) }

// DeleteSubscription removes a subscription.
func (tx *Tx) DeleteSubscription(s Subscription) { remove(tx, tableSubscriptions, s) }
