package graphapi

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// How long a subscription may live (graph.md 9.3), how long a clientState is, and how many there may be.
const (
	directorySubscription = 41760 * time.Minute
	driveSubscription     = 42300 * time.Minute
	maxClientState        = 128
	subscriptionsOfApp    = 100
	subscriptionsOfTenant = 1000
)

// wireSubscription is a subscription.
type wireSubscription struct {
	ID                        string    `json:"id"`
	Resource                  string    `json:"resource"`
	ApplicationID             *string   `json:"applicationId"`
	ChangeType                string    `json:"changeType"`
	ClientState               *string   `json:"clientState"`
	NotificationURL           string    `json:"notificationUrl"`
	NotificationQueryOptions  *string   `json:"notificationQueryOptions"`
	LifecycleNotificationURL  *string   `json:"lifecycleNotificationUrl"`
	ExpirationDateTime        time.Time `json:"expirationDateTime"`
	CreatorID                 *string   `json:"creatorId"`
	IncludeResourceData       *bool     `json:"includeResourceData"`
	LatestSupportedTLSVersion string    `json:"latestSupportedTlsVersion"`
	EncryptionCertificate     *string   `json:"encryptionCertificate"`
	EncryptionCertificateID   *string   `json:"encryptionCertificateId"`
	NotificationURLAppID      *string   `json:"notificationUrlAppId"`
}

// subscriptionNodes are /subscriptions (graph.md 9.3). Which permission a resource asks for depends on the resource.
func subscriptionNodes() []node {
	token := []string{anyToken}
	return []node{
		{Name: rootNode, Children: []child{{Name: "subscriptions", Of: "subscriptions"}}},
		{
			Name: "subscriptions",
			Key:  key{Of: "subscription", Resolve: subscriptionByKey},
			Operations: []operation{
				{
					Name: "subscriptions.list", Method: "GET", Handler: listSubscriptions, Source: "GD:api/subscription-list",
					Delegated: token, Application: token,
				},
				{
					Name: "subscriptions.create", Method: "POST", ReadOnly: true, Handler: createSubscription,
					Source: "GD:api/subscription-post-subscriptions", Delegated: token, Application: token,
				},
			},
		},
		{
			Name: "subscription", Properties: odata.PropertiesOf(wireSubscription{}),
			Operations: []operation{
				{
					Name: "subscription.get", Method: "GET", Handler: getSubscription, Source: "GD:api/subscription-get",
					Delegated: token, Application: token,
				},
				{
					Name: "subscription.renew", Method: "PATCH", Handler: renewSubscription, Source: "GD:api/subscription-update",
					Delegated: token, Application: token,
				},
				{
					Name: "subscription.delete", Method: "DELETE", Handler: deleteSubscription, Source: "GD:api/subscription-delete",
					Delegated: token, Application: token,
				},
				{
					Name: "subscription.reauthorize", Method: "POST", Segment: "reauthorize", Handler: reauthorizeSubscription,
					Source: "GD:con/webhooks-lifecycle", Delegated: token, Application: token,
				},
			},
		},
	}
}

func subscriptionOf(s state.Subscription) wireSubscription {
	creator := s.UserID
	if creator == "" {
		creator = s.AppID
	}
	w := wireSubscription{
		ID: s.ID, Resource: s.Resource, ApplicationID: orNull(s.AppID), ChangeType: strings.Join(s.ChangeTypes, ","),
		ClientState: orNull(s.ClientState), NotificationURL: s.NotificationURL, NotificationQueryOptions: orNull(s.QueryOptions),
		LifecycleNotificationURL: orNull(s.LifecycleURL), ExpirationDateTime: s.ExpiresAt, CreatorID: orNull(creator),
		LatestSupportedTLSVersion: s.LatestTLS, NotificationURLAppID: orNull(s.NotificationURLAppID),
	}
	if w.LatestSupportedTLSVersion == "" {
		w.LatestSupportedTLSVersion = "v1_2"
	}
	return w
}

// mine tells whether a subscription is alive and made by the caller's application, and for a person by him.
func (r *request) mine(s state.Subscription) bool {
	return s.ExpiresAt.After(r.tx.Now()) && s.AppID == r.caller.AppID && (r.caller.AppOnly() || s.UserID == r.caller.User.ID) && !s.SharePoint
}

func subscriptionByKey(r *request, _ any, k odata.Predicate) (any, error) {
	s, ok := r.tx.Subscription(r.tenant.ID, k.Text())
	if !ok || !r.mine(s) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return s, nil
}

func listSubscriptions(r *request, call *odata.Call) (any, error) {
	rows := []wireSubscription{}
	for s := range r.tx.Subscriptions(r.tenant.ID) {
		if r.mine(s) {
			rows = append(rows, subscriptionOf(s))
		}
	}
	rows, next, err := pageOf(r, call, rows, directoryPage, directoryMost, func(w wireSubscription) string { return w.ID })
	if err != nil {
		return nil, err
	}
	return page(call, "subscriptions", rows, nil, next), nil
}

func getSubscription(_ *request, call *odata.Call) (any, error) {
	return entity(call, "subscriptions", subscriptionOf(call.Value.(state.Subscription))), nil
}

// subscriptionInput is what clients send.
type subscriptionInput struct {
	ChangeType                string    `json:"changeType"`
	NotificationURL           string    `json:"notificationUrl"`
	LifecycleNotificationURL  string    `json:"lifecycleNotificationUrl"`
	Resource                  string    `json:"resource"`
	ExpirationDateTime        time.Time `json:"expirationDateTime"`
	ClientState               string    `json:"clientState"`
	LatestSupportedTLSVersion string    `json:"latestSupportedTlsVersion"`
	NotificationQueryOptions  string    `json:"notificationQueryOptions"`
	NotificationURLAppID      string    `json:"notificationUrlAppId"`
	IncludeResourceData       bool      `json:"includeResourceData"`
	EncryptionCertificate     string    `json:"encryptionCertificate"`
	EncryptionCertificateID   string    `json:"encryptionCertificateId"`
}

// check refuses what does not make a subscription.
func (in *subscriptionInput) check() error {
	for _, p := range [][2]string{
		{"changeType", in.ChangeType}, {"notificationUrl", in.NotificationURL}, {"resource", in.Resource},
	} {
		if p[1] == "" {
			return badSubscription(p[0], "The property '"+p[0]+"' is required.")
		}
	}
	if in.ExpirationDateTime.IsZero() {
		return badSubscription("expirationDateTime", "The property 'expirationDateTime' is required.")
	}
	if len(in.ClientState) > maxClientState {
		return badSubscription("clientState", "The clientState is longer than 128 characters.")
	}
	for _, address := range []string{in.NotificationURL, in.LifecycleNotificationURL} {
		u, err := url.Parse(address)
		if address != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			return problem.For(problem.Invalid, problem.InvalidProperty, "notificationUrl", "Notification url '%s' is not valid.", address)
		}
	}
	return nil
}

func badSubscription(target, text string) error {
	return problem.For(problem.Invalid, problem.InvalidProperty, "subscription."+target, "%s", text)
}

// createSubscription asks the listener before it stores the subscription: the handshake runs outside of a transaction,
// because the listener may well ask us something.
func createSubscription(r *request, call *odata.Call) (any, error) {
	var in subscriptionInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	s, err := r.subscription(in)
	if err != nil {
		return nil, err
	}
	if r.face.Webhooks == nil {
		return nil, problem.For(problem.Unsupported, problem.FeatureNotEmulated, "subscriptions", "This emulator sends no notifications.")
	}
	token := "Validation: Testing client application reachability for subscription Request-Id: " + r.id
	return later(func() (*reply, error) {
		for _, address := range []string{s.NotificationURL, s.LifecycleURL} {
			if address == "" {
				continue
			}
			if err := r.face.Webhooks.Validate(address, token); err != nil {
				return nil, err
			}
		}
		err := r.store.Update(func(tx *state.Tx) error {
			s.ID, s.CreatedAt, s.DeliveredSeq = tx.NewID(), tx.Now(), tx.Sequence()
			tx.PutSubscription(s)
			return nil
		})
		if err != nil {
			return nil, err
		}
		return r.created(call, "subscriptions", subscriptionOf(s), "/subscriptions/"+s.ID), nil
	}), nil
}

// subscription finds out what the subscription is about, and whether the caller may have it.
func (r *request) subscription(in subscriptionInput) (state.Subscription, error) {
	s := state.Subscription{
		TenantID: r.tenant.ID, AppID: r.caller.AppID, UserID: r.caller.User.ID, Resource: in.Resource,
		NotificationURL: in.NotificationURL, LifecycleURL: in.LifecycleNotificationURL, ClientState: in.ClientState,
		LatestTLS: in.LatestSupportedTLSVersion, NotificationURLAppID: in.NotificationURLAppID, QueryOptions: in.NotificationQueryOptions,
		ExpiresAt: in.ExpirationDateTime.UTC(),
	}
	for t := range strings.SplitSeq(in.ChangeType, ",") {
		s.ChangeTypes = append(s.ChangeTypes, strings.TrimSpace(t))
	}
	about, err := r.subscribable(in.Resource)
	if err != nil {
		return s, err
	}
	if in.IncludeResourceData { // rich notifications are for mail, chats and others that are not here (GD:con/change-notifications-with-resource-data)
		return s, badSubscription("includeResourceData", "Notifications with resource data are not supported for this resource.")
	}
	s.Container, s.ObjectID = about.container, about.object
	collaboration.Authorize(&s, r.caller.ValidUntil)
	for _, t := range s.ChangeTypes {
		if !slices.Contains(about.changeTypes, t) {
			return s, badSubscription("changeType", "The changeType '"+t+"' is not supported for this resource.")
		}
	}
	if err := checkExpiry(r.tx.Now(), s.ExpiresAt, about.most); err != nil {
		return s, err
	}
	return s, r.quota(s)
}

func checkExpiry(now, expires time.Time, most time.Duration) error {
	switch {
	case !expires.After(now):
		return badSubscription("expirationDateTime", "Subscription expiration can only be in the future.")
	case expires.Sub(now) > most:
		return badSubscription("expirationDateTime", "Subscription expiration can only be "+most.String()+" in the future.")
	}
	return nil
}

// quota refuses one subscription too many on directory resources.
func (r *request) quota(s state.Subscription) error {
	ofApp, ofTenant := 0, 0
	for other := range r.tx.Subscriptions(r.tenant.ID) {
		if other.SharePoint || !other.ExpiresAt.After(r.tx.Now()) {
			continue
		}
		ofTenant++
		if other.AppID == s.AppID {
			ofApp++
		}
	}
	if ofApp >= subscriptionsOfApp || ofTenant >= subscriptionsOfTenant {
		return problem.New(problem.Denied, problem.AccessDenied, "The limit of subscriptions has been reached.")
	}
	return nil
}

// about is what a subscription is told of.
type about struct {
	container, object string
	changeTypes       []string
	most              time.Duration
}

// subscribable resolves the resource of a subscription as a path of the face, and checks the permission for it.
func (r *request) subscribable(resource string) (about, error) {
	unknown := badSubscription("resource", "The resource '"+resource+"' is not supported.")
	path, _, _ := strings.Cut(strings.TrimPrefix(resource, "/"), "?")
	segments, err := odata.ParsePath("/"+strings.ReplaceAll(path, " ", "%20"), odata.Graph)
	if err != nil {
		return about{}, unknown
	}
	m, err := r.face.tree.Match("GET", segments, nil)
	if err != nil {
		return about{}, unknown
	}
	call, err := m.Call(r)
	if err != nil {
		return about{}, err
	}
	directoryChanges := []string{"created", "updated", "deleted"}
	switch m.Operation.Name {
	case "users.list":
		return about{state.ContainerUsers, "", directoryChanges, directorySubscription}, r.subscribes(readUsers()[1:])
	case "user.get":
		return about{state.ContainerUsers, call.Value.(state.User).ID, directoryChanges, directorySubscription}, r.subscribes(append(readUsers()[1:], "User.Read", "User.ReadWrite"))
	case "groups.list", "groupLinks.list":
		return about{state.ContainerGroups, groupID(call), directoryChanges, directorySubscription}, r.subscribes(readGroups())
	case "group.get":
		return about{state.ContainerGroups, groupID(call), directoryChanges, directorySubscription}, r.subscribes(readGroups())
	}
	place, ok := call.Value.(drive.Place)
	if !ok || place.List.ID == "" {
		return about{}, unknown
	}
	if place.Item.ID != "" && !place.Item.Root() {
		return about{}, badSubscription("resource", "In a library of an organisation only the root can be subscribed to.")
	}
	return about{place.List.ID, "", []string{"updated"}, driveSubscription}, r.subscribes(m.Operation.Delegated, m.Operation.Application...)
}

func groupID(call *odata.Call) string {
	g, _ := odata.Nearest[state.Group](call)
	return g.ID
}

// subscribes asks the token for one of the permissions; application is the same list where it is empty.
func (r *request) subscribes(delegated []string, application ...string) error {
	if application == nil {
		application = delegated
	}
	return r.permit(&operation{Delegated: delegated, Application: application})
}

func renewSubscription(r *request, call *odata.Call) (any, error) {
	s := call.Value.(state.Subscription)
	var in struct {
		ExpirationDateTime time.Time `json:"expirationDateTime"`
		NotificationURL    string    `json:"notificationUrl"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	most := driveSubscription
	if s.Container == state.ContainerUsers || s.Container == state.ContainerGroups {
		most = directorySubscription
	}
	if !in.ExpirationDateTime.IsZero() {
		if err := checkExpiry(r.tx.Now(), in.ExpirationDateTime, most); err != nil {
			return nil, err
		}
		s.ExpiresAt = in.ExpirationDateTime.UTC()
	}
	collaboration.Authorize(&s, r.caller.ValidUntil) // who renews has shown his token (GD:con/webhooks-lifecycle)
	r.tx.PutSubscription(s)
	return entity(call, "subscriptions", subscriptionOf(s)), nil
}

func deleteSubscription(r *request, call *odata.Call) (any, error) {
	r.tx.DeleteSubscription(call.Value.(state.Subscription))
	return noContent(), nil
}

func reauthorizeSubscription(r *request, call *odata.Call) (any, error) {
	s := call.Value.(state.Subscription)
	collaboration.Authorize(&s, r.caller.ValidUntil)
	r.tx.PutSubscription(s)
	return noContent(), nil
}
