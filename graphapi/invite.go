package graphapi

import (
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// driveRecipient is a driveRecipient.
type driveRecipient struct {
	Email    string `json:"email"`
	Alias    string `json:"alias"`
	ObjectID string `json:"objectId"`
}

type inviteBody struct {
	Recipients     []driveRecipient `json:"recipients"`
	RequireSignIn  *bool            `json:"requireSignIn"`
	SendInvitation *bool            `json:"sendInvitation"`
	Roles          []string         `json:"roles"`
	Message        string           `json:"message"`
	Expiration     *time.Time       `json:"expirationDateTime"`
	Password       string           `json:"password"`
	Retain         *bool            `json:"retainInheritedPermissions"`
}

const longestMessage = 2000

func recipientsOf(list []driveRecipient) ([]sharing.Recipient, error) {
	out := make([]sharing.Recipient, 0, len(list))
	for _, w := range list {
		r := sharing.Recipient{Email: strings.TrimSpace(w.Email), Alias: strings.TrimSpace(w.Alias), ObjectID: strings.TrimSpace(w.ObjectID)}
		if r == (sharing.Recipient{}) {
			return nil, problem.For(problem.Invalid, problem.MissingProperty, "recipients", "A recipient has an email, an alias or an objectId.")
		}
		out = append(out, r)
	}
	return out, nil
}

// check refuses what the service refuses before it looks at anybody.
func (b *inviteBody) check() error {
	switch {
	case len(b.Recipients) == 0:
		return problem.For(problem.Invalid, problem.MissingProperty, "recipients", "At least one recipient is needed.")
	case len(b.Message) > longestMessage:
		return problem.For(problem.Invalid, problem.InvalidProperty, "message", "The message is longer than %d characters.", longestMessage)
	case !b.signIn() && !b.send():
		return problem.For(problem.Invalid, problem.InvalidProperty, "sendInvitation", "Without sign-in the invitation must be sent.") // pitfalls.md 3.C
	case b.Password != "" && b.signIn():
		return problem.For(problem.Invalid, problem.InvalidProperty, "password", "Only somebody who does not sign in can be asked for a password.")
	}
	return nil
}

func (b *inviteBody) signIn() bool { return b.RequireSignIn == nil || *b.RequireSignIn }
func (b *inviteBody) send() bool   { return b.SendInvitation == nil || *b.SendInvitation }

// invite shares an item with people: a permission each, in their order. A recipient who is refused fails the call.
func invite(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	var body inviteBody
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := body.check(); err != nil {
		return nil, err
	}
	role, err := sharedRole(body.Roles)
	if err != nil {
		return nil, err
	}
	to, err := recipientsOf(body.Recipients)
	if err != nil {
		return nil, err
	}
	if err := r.retain(p, body.Retain); err != nil {
		return nil, err
	}
	done, err := r.face.Sharing.Share(r.tx, r.caller, sharing.ShareRequest{
		At: p, Recipients: to, Role: role, RequireSignIn: body.signIn(), Anonymous: !body.signIn(), SendMail: body.send(), LinkWithheld: true,
		Message: body.Message, ExpiresAt: orZero(body.Expiration), Password: body.Password, Origin: r.origin,
	})
	if err != nil {
		return nil, err
	}
	if len(done) == 1 && done[0].Err != nil {
		// Nothing was done but the entry in the audit log, which stays.
		return later(func() (*reply, error) { return nil, done[0].Err }), nil
	}
	rows := make([]wirePermission, 0, len(done))
	for _, s := range done {
		if s.Err != nil {
			return nil, s.Err
		}
		rows = append(rows, r.sharedWire(p, s, body.signIn()))
	}
	return collection(nil, "Collection(permission)", rows), nil
}

// retain takes permissions from above away where the client does not want them to stay. That is for the first share only.
func (r *request) retain(p drive.Place, keep *bool) error {
	if keep == nil || *keep {
		return nil
	}
	return sharing.BreakInheritance(r.tx, r.caller, p, false)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// sharedWire is what came of one recipient, as a permission. The address of his invitation is in his mail only.
func (r *request) sharedWire(p drive.Place, s sharing.Shared, signIn bool) wirePermission {
	if s.Link.ID != "" {
		w := r.linkWire(s.Link, true)
		w.Invitation = &sharingInvited{Email: s.Email, SignInRequired: signIn, InvitedBy: identitySet(r.caller.Actor())}
		return w
	}
	w := r.grantWire(p.Site, s.Permission)
	w.ID = sharing.GrantID(r.tx, p.Site, s.Permission)
	if !s.Known && s.User.ID != "" { // the B2B manager made the guest for this share
		w.Invitation = &sharingInvited{Email: s.Email, SignInRequired: signIn, InvitedBy: identitySet(r.caller.Actor())}
	}
	if w.Invitation != nil && s.Permission.To == state.ToInvitee {
		w.Invitation.SignInRequired = signIn
	}
	return w
}
