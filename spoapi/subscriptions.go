package spoapi

import (
	"net/url"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// subscriptionNodes are the webhooks of a list. Only an application that made a subscription sees it.
func subscriptionNodes() []node {
	return []node{
		{
			Name: "subscriptions", Key: key{Of: "subscription", Resolve: subscriptionByKey},
			Children: []child{{Name: "GetById", Of: "subscription", Params: []string{"id"}, Resolve: subscriptionByID}},
			Operations: slices.Concat(
				reading(operation{Name: "subscriptions.list", Method: "GET", Source: "from memory", Handler: listSubscriptions}),
				managing(
					operation{Name: "subscriptions.add", Method: "POST", Source: "from memory", Handler: addSubscription},
					operation{Name: "subscriptions.addNamed", Method: "POST", Segment: "Add", Source: "from memory", Handler: addSubscription},
				),
			),
		},
		{
			Name: "subscription", Properties: odata.PropertiesOf(wireSubscription{}),
			Operations: slices.Concat(
				reading(operation{Name: "subscription.get", Method: "GET", Source: "from memory", Handler: getSubscription}),
				managing(
					operation{Name: "subscription.update", Method: "PATCH", Source: "from memory", Handler: updateSubscription},
					operation{Name: "subscription.delete", Method: "DELETE", Source: "from memory", Handler: deleteSubscription},
				),
			),
		},
	}
}

// subscriptionLife is the longest that a subscription lasts: 180 days.
const subscriptionLife = 180 * 24 * time.Hour

// wireSubscription is Microsoft.SharePoint.Webhooks.Subscription.
type wireSubscription struct {
	ClientState        *string   `json:"clientState"`
	ExpirationDateTime time.Time `json:"expirationDateTime"`
	ID                 string    `json:"id"`
	NotificationURL    string    `json:"notificationUrl"`
	Resource           string    `json:"resource"`
	ResourceData       *string   `json:"resourceData"`
}

// hook is a subscription with its list.
type hook struct {
	at drive.Place
	state.Subscription
}

func (c *request) subscriptionEntity(h hook) *entity {
	w := wireSubscription{ExpirationDateTime: h.ExpiresAt, ID: h.ID, NotificationURL: h.NotificationURL, Resource: h.at.List.ID}
	if h.ClientState != "" {
		w.ClientState = &h.ClientState
	}
	return &entity{
		kind: "Microsoft.SharePoint.Webhooks.Subscription", web: c.webURL(h.at.Site),
		path: listPath(h.at.List) + "/Subscriptions('" + h.ID + "')", props: w,
	}
}

// hooks are the subscriptions of a list that the caller's application made.
func (c *request) hooks(at drive.Place) []hook {
	var all []hook
	for s := range c.tx.Subscriptions(at.Site.TenantID) {
		if s.SharePoint && s.Container == at.List.ID && s.AppID == c.caller.AppID && c.tx.Now().Before(s.ExpiresAt) {
			all = append(all, hook{at, s})
		}
	}
	return all
}

func (c *request) hookOf(at drive.Place, id string) (any, error) {
	for _, h := range c.hooks(at) {
		if h.ID == id {
			return h, nil
		}
	}
	return nil, errSubscription
}

func subscriptionByKey(c *request, v any, k odata.Predicate) (any, error) {
	return c.hookOf(placeOf(v), k.Text())
}

func subscriptionByID(c *request, v any, args odata.Args) (any, error) {
	return c.hookOf(placeOf(v), args.Text("id"))
}

func listSubscriptions(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	page := &collection{kind: "Microsoft.SharePoint.Webhooks.Subscription", web: c.webURL(at.Site)}
	for _, h := range c.hooks(at) {
		page.items = append(page.items, c.subscriptionEntity(h))
	}
	return page, nil
}

func getSubscription(c *request, call *odata.Call) (any, error) {
	h := call.Value.(hook)
	return c.subscriptionEntity(h), c.require(h.at, state.RoleRead)
}

// subscriptionBody is what a client says of a subscription.
type subscriptionBody struct {
	NotificationURL, ClientState string
	ExpirationDateTime           *time.Time
}

// apply checks and takes over what the client said.
func (b subscriptionBody) apply(s *state.Subscription, now time.Time) error {
	if b.NotificationURL != "" {
		u, err := url.Parse(b.NotificationURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return problem.For(problem.Invalid, problem.InvalidProperty, "notificationUrl", "The notification URL is not valid.")
		}
		s.NotificationURL = b.NotificationURL
	}
	if b.ClientState != "" {
		s.ClientState = b.ClientState
	}
	if b.ExpirationDateTime != nil {
		at := b.ExpirationDateTime.UTC()
		if !at.After(now) || at.Sub(now) > subscriptionLife {
			return problem.For(problem.Invalid, problem.InvalidProperty, "expirationDateTime", "Expiration time should be a valid DateTime within the next six months.")
		}
		s.ExpiresAt = at
	}
	return nil
}

// addSubscription stores a subscription once its listener has shown that it wants it. The handshake happens outside of
// the transaction.
func addSubscription(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in subscriptionBody
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	if in.NotificationURL == "" {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "notificationUrl", "The notification URL is missing.")
	}
	s := state.Subscription{
		TenantID: at.Site.TenantID, ID: c.tx.NewID(), AppID: c.caller.AppID, UserID: c.caller.User.ID, Resource: at.List.ID, Container: at.List.ID,
		ChangeTypes: []string{"updated"}, SharePoint: true, CreatedAt: c.tx.Now(), ExpiresAt: c.tx.Now().Add(subscriptionLife),
		DeliveredSeq: c.tx.Sequence(),
	}
	if err := in.apply(&s, c.tx.Now()); err != nil {
		return nil, err
	}
	if err := c.handshake(s.NotificationURL); err != nil {
		return nil, err
	}
	c.tx.PutSubscription(s)
	return created{c.subscriptionEntity(hook{at, s})}, nil
}

func updateSubscription(c *request, call *odata.Call) (any, error) {
	h := call.Value.(hook)
	var in subscriptionBody
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.require(h.at, state.RoleWrite); err != nil {
		return nil, err
	}
	before := h.NotificationURL
	if err := in.apply(&h.Subscription, c.tx.Now()); err != nil {
		return nil, err
	}
	if h.NotificationURL != before {
		if err := c.handshake(h.NotificationURL); err != nil {
			return nil, err
		}
	}
	c.tx.PutSubscription(h.Subscription)
	return nothing{}, nil
}

func deleteSubscription(c *request, call *odata.Call) (any, error) {
	h := call.Value.(hook)
	if err := c.require(h.at, state.RoleWrite); err != nil {
		return nil, err
	}
	c.tx.DeleteSubscription(h.Subscription)
	return nothing{}, nil
}

// handshake asks for the transaction to end, so that a listener can be asked meanwhile whether it wants to listen; then the
// request is done anew.
type handshake struct{ address, token string }

func (h handshake) Error() string {
	return "spoapi: the listener at " + h.address + " has to be asked first"
}

// handshake fails until the listener of that address has agreed.
func (c *request) handshake(address string) error {
	if c.Webhooks == nil || c.shaken == address {
		return nil
	}
	return handshake{address, c.tx.NewID()}
}

// shake asks the listener.
func (f *face) shake(h handshake) error { return f.Webhooks.ValidateSharePoint(h.address, h.token) }
