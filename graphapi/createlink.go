package graphapi

import (
	"net/http"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

type linkBody struct {
	Type       string           `json:"type"`
	Scope      string           `json:"scope"`
	Expiration *time.Time       `json:"expirationDateTime"`
	Password   string           `json:"password"`
	Recipients []driveRecipient `json:"recipients"`
	Message    string           `json:"message"`
	Send       bool             `json:"sendNotification"`
	Retain     *bool            `json:"retainInheritedPermissions"`
	Link       *struct {
		Type  string `json:"type"`
		Scope string `json:"scope"`
	} `json:"sharingLink"` // what older clients wrap type and scope in
}

// createLink answers 201 with a new link, 200 with the one that the application has made before.
func createLink(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	var body linkBody
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	to, err := recipientsOf(body.Recipients)
	if err != nil {
		return nil, err
	}
	if err := r.retain(p, body.Retain); err != nil {
		return nil, err
	}
	if body.Link != nil && body.Type == "" {
		body.Type, body.Scope = body.Link.Type, body.Link.Scope
	}
	if body.Scope == scopeExisting || body.Scope == "" && p.Site.Sharing.DefaultLinkToExistingAccess {
		return r.existingAccess(p)
	}
	l, created, err := r.face.Sharing.CreateLink(r.tx, r.caller, sharing.LinkRequest{
		At: p, Scope: state.LinkScope(body.Scope), Type: body.Type, Password: body.Password, ExpiresAt: orZero(body.Expiration),
		Recipients: to, SendMail: body.Send, Message: body.Message, AppID: r.caller.AppID, Origin: r.origin,
	})
	if err != nil {
		return nil, err
	}
	a := object("permission", r.linkWire(l, true))
	if created {
		a = a.as(http.StatusCreated)
	}
	return a, nil
}

// scopeExisting is a link that gives nobody more than he has: the address of the place.
const scopeExisting = "existingAccess"

func (r *request) existingAccess(p drive.Place) (any, error) {
	if err := sharing.Require(r.tx, r.caller, p, state.RoleRead); err != nil {
		return nil, err
	}
	address := sharing.PlaceURL(r.tx, r.origin, p)
	return object("permission", wirePermission{
		ID: "00000000-0000-0000-0000-000000000000", Roles: []string{string(state.RoleRead)}, ShareID: shareID(address),
		Link: &wireSharingLink{Scope: scopeExisting, Type: sharing.LinkView, WebURL: address},
	}), nil
}

type grantBody struct {
	Recipients []driveRecipient `json:"recipients"`
	Roles      []string         `json:"roles"`
}

// grantPermission gives people the right to use a link: those of a link for specific people are put into it, for others it
// is as good as an invitation. The answer always holds the link.
func grantPermission(r *request, call *odata.Call) (any, error) {
	g, _ := call.Value.(placeGrant)
	var body grantBody
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if len(body.Recipients) == 0 {
		return nil, (&inviteBody{}).check()
	}
	to, err := recipientsOf(body.Recipients)
	if err != nil {
		return nil, err
	}
	role, err := sharedRole(body.Roles)
	if err != nil {
		return nil, err
	}
	if g.Link.ID == "" || role != g.Link.Role() {
		return nil, errGrantRole(g)
	}
	if g.Link.Scope == state.LinkUsers {
		l, err := r.face.Sharing.AddRecipients(r.tx, r.caller, g.Link, sharing.LinkRequest{At: g.From, Recipients: to, SendMail: true, Origin: r.origin})
		if err != nil {
			return nil, err
		}
		return collection(nil, "Collection(permission)", []wirePermission{r.linkWire(l, true)}), nil
	}
	done, err := r.face.Sharing.Share(r.tx, r.caller, sharing.ShareRequest{At: g.From, Recipients: to, Role: role, RequireSignIn: true, SendMail: true, Origin: r.origin})
	if err != nil {
		return nil, err
	}
	rows := []wirePermission{r.linkWire(g.Link, true)}
	for _, s := range done {
		if s.Err != nil {
			return nil, s.Err
		}
		rows = append(rows, r.sharedWire(g.From, s, true))
	}
	return collection(nil, "Collection(permission)", rows), nil
}
