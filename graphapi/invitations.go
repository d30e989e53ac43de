package graphapi

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireInvitation is an invitation (graph.md 2.2).
type wireInvitation struct {
	ID                      string          `json:"id"`
	InviteRedeemURL         string          `json:"inviteRedeemUrl"`
	InvitedUserDisplayName  *string         `json:"invitedUserDisplayName"`
	InvitedUserType         string          `json:"invitedUserType"`
	InvitedUserEmailAddress string          `json:"invitedUserEmailAddress"`
	SendInvitationMessage   bool            `json:"sendInvitationMessage"`
	ResetRedemption         bool            `json:"resetRedemption"`
	InviteRedirectURL       string          `json:"inviteRedirectUrl"`
	Status                  string          `json:"status"`
	InvitedUserMessageInfo  wireMessageInfo `json:"invitedUserMessageInfo"`
	InvitedUser             wireInvited     `json:"invitedUser"`
}

type wireMessageInfo struct {
	MessageLanguage       *string         `json:"messageLanguage"`
	CustomizedMessageBody *string         `json:"customizedMessageBody"`
	CCRecipients          []wireRecipient `json:"ccRecipients"`
}

type wireRecipient struct {
	EmailAddress wireAddress `json:"emailAddress"`
}

type wireAddress struct {
	Name    *string `json:"name"`
	Address *string `json:"address"`
}

type wireInvited struct {
	ID string `json:"id"`
}

// invitationNodes are /invitations: they can be made, not read.
func invitationNodes() []node {
	permissions := []string{"User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}
	return []node{
		{Name: rootNode, Children: []child{{Name: "invitations", Of: "invitations"}}},
		{
			Name: "invitations",
			Key:  key{Of: "invitation", Resolve: noInvitation},
			Operations: []operation{
				{
					Name: "invitations.create", Method: "POST", Handler: createInvitation, Source: "GD:api/invitation-post",
					Delegated: append(slices.Clone(permissions), "Directory.AccessAsUser.All"), Application: permissions,
				},
				{
					Name: "invitations.list", Method: "GET", Handler: unknownInvitation, Source: "ISS microsoft-graph-explorer-v4#2456",
					Delegated: []string{anyToken}, Application: []string{anyToken},
				},
			},
		},
		{
			Name: "invitation",
			Operations: []operation{{
				Name: "invitation.get", Method: "GET", Handler: unknownInvitation, Source: "ISS microsoft-graph-explorer-v4#2456",
				Delegated: []string{anyToken}, Application: []string{anyToken},
			}},
		},
	}
}

// noInvitation refuses what the real service refuses: an invitation cannot be looked at again.
func noInvitation(_ *request, _ any, k odata.Predicate) (any, error) {
	return nil, problem.For(problem.NotFound, problem.InvitationNotFound, k.Text(), "Invitations cannot be read.")
}

func unknownInvitation(*request, *odata.Call) (any, error) {
	return nil, problem.New(problem.NotFound, problem.InvitationNotFound, "Invitations cannot be read.")
}

// invitationInput is what clients send.
type invitationInput struct {
	ID                      string `json:"id"`
	InvitedUserEmailAddress string `json:"invitedUserEmailAddress"`
	InvitedUserDisplayName  string `json:"invitedUserDisplayName"`
	InvitedUserType         string `json:"invitedUserType"`
	InviteRedirectURL       string `json:"inviteRedirectUrl"`
	InviteRedeemURL         string `json:"inviteRedeemUrl"`
	SendInvitationMessage   bool   `json:"sendInvitationMessage"`
	ResetRedemption         *bool  `json:"resetRedemption"`
	Status                  string `json:"status"`
	InvitedUserMessageInfo  *struct {
		MessageLanguage       *string         `json:"messageLanguage"`
		CustomizedMessageBody *string         `json:"customizedMessageBody"`
		CCRecipients          []wireRecipient `json:"ccRecipients"`
	} `json:"invitedUserMessageInfo"`
	InvitedUser *struct {
		ID string `json:"id"`
	} `json:"invitedUser"`
	InvitedUserSponsors []wireInvited `json:"invitedUserSponsors"`
}

// request is what the manager is asked.
func (in *invitationInput) request(r *request) (b2b.Request, error) {
	q := b2b.Request{
		Email: in.InvitedUserEmailAddress, DisplayName: in.InvitedUserDisplayName, Type: state.UserType(in.InvitedUserType),
		RedirectURL: in.InviteRedirectURL, Send: in.SendInvitationMessage, Origin: r.origin,
		Reset: in.ResetRedemption != nil && *in.ResetRedemption,
	}
	if in.InvitedUser != nil {
		q.GuestID = in.InvitedUser.ID
	}
	for _, s := range in.InvitedUserSponsors {
		q.Sponsors = append(q.Sponsors, s.ID)
	}
	if m := in.InvitedUserMessageInfo; m != nil {
		q.Message.Language, q.Message.Body = deref(m.MessageLanguage), deref(m.CustomizedMessageBody)
		if len(m.CCRecipients) > 1 {
			return q, problem.For(problem.Invalid, problem.LimitExceeded, "ccRecipients", "Only one recipient can get a copy.")
		}
		for _, c := range m.CCRecipients {
			q.Message.CCName, q.Message.CCAddress = deref(c.EmailAddress.Name), deref(c.EmailAddress.Address)
		}
	}
	return q, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func createInvitation(r *request, call *odata.Call) (any, error) {
	var in invitationInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	q, err := in.request(r)
	if err != nil {
		return nil, err
	}
	res, err := r.face.B2B.Invite(r.tx, r.caller, q)
	if err != nil {
		return nil, err
	}
	return r.created(call, "invitations", invitationOf(res, q), "/invitations/"+res.Invitation.ID), nil
}

func invitationOf(res b2b.Result, q b2b.Request) wireInvitation {
	i := res.Invitation
	w := wireInvitation{
		ID: i.ID, InviteRedeemURL: res.RedeemURL, InvitedUserDisplayName: orNull(q.DisplayName), InvitedUserType: string(res.Guest.Type),
		InvitedUserEmailAddress: i.Email, SendInvitationMessage: i.Send, ResetRedemption: q.Reset, InviteRedirectURL: i.RedirectURL,
		Status: "PendingAcceptance", InvitedUser: wireInvited{res.Guest.ID},
		InvitedUserMessageInfo: wireMessageInfo{
			MessageLanguage: orNull(q.Message.Language), CustomizedMessageBody: orNull(q.Message.Body),
			CCRecipients: []wireRecipient{{wireAddress{orNull(q.Message.CCName), orNull(q.Message.CCAddress)}}},
		},
	}
	if res.Completed {
		w.Status = "Completed"
	}
	return w
}
