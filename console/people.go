package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func peoplePages() []page {
	return []page{
		{
			Path: "/o/{tenant}/people", Title: "People", Nav: nav{Label: "People", In: ofOrganisation, Order: 10}, show: showPeople,
			actions: map[string]func(*call) (done, error){"invite": inviteGuest, "restore": restorePerson, "purge": purgePerson},
		},
		{
			Path: "/o/{tenant}/people/{id}", Title: "Person", show: showPerson,
			actions: map[string]func(*call) (done, error){"delete": deletePerson, "reset": resetRedemption, "enable": enablePerson, "restore": restorePerson, "purge": purgePerson},
		},
	}
}

// people is the directory: guests, members, who was deleted.
type people struct {
	Query, Only string
	Guests      []guest
	Members     []member
	More        int
	Deleted     []deleted
	Invite      inviteForm
	Curl        string
	ListCurl    string
	Purged      string // curl
}

type member struct {
	person
	URL, Job, Department string
	Roles                []string
	Disabled             bool
}

type deleted struct {
	ID, Name, Address, Kind string
	At                      time.Time
}

type inviteForm struct{ Email, Name, Message string }

func showPeople(c *call) (reply, error) {
	p := people{Query: c.query("q"), Only: c.query("only")}
	if p.Only != "members" {
		p.Guests = c.guests(c.tenant.ID, c.tenant.SharePointPrefix(), p.Query)
		p.More += max(0, len(p.Guests)-mostListed)
		p.Guests = p.Guests[:min(len(p.Guests), mostListed)]
	}
	if p.Only != "guests" {
		for u := range c.tx.UsersByName(c.tenant.ID, "") {
			if u.External() || u.Type == state.Guest || !fits(p.Query, u.DisplayName, u.Mail, u.UserPrincipalName) {
				continue
			}
			if len(p.Members) >= mostListed {
				p.More++
				continue
			}
			p.Members = append(p.Members, c.memberOf(u))
		}
	}
	for u := range c.tx.DeletedUsers(c.tenant.ID) {
		if !directory.Purged(c.tx, u.DeletedAt) {
			d := personOf(u)
			p.Deleted = append(p.Deleted, deleted{u.ID, d.Name, d.Address, d.Kind, u.DeletedAt})
		}
	}
	slices.SortFunc(p.Deleted, func(a, b deleted) int { return b.At.Compare(a.At) })
	if c.r.Method == http.MethodPost {
		p.Invite = inviteForm{c.field("email"), c.field("name"), c.field("message")}
	}
	p.Curl = c.inviteCall(inviteForm{Email: cmp.Or(p.Invite.Email, "somebody@fabrikam.com"), Name: p.Invite.Name, Message: p.Invite.Message}).String()
	p.ListCurl = c.graph(http.MethodGet, "/v1.0/users?$filter=userType%20eq%20%27Guest%27&$select=displayName,mail,userType,creationType,externalUserState", nil).String()
	return view{Template: "people", Data: p}, nil
}

func (c *call) memberOf(u state.User) member {
	m := member{
		person: personOf(u), URL: c.To("/o/", c.tenant.SharePointPrefix(), "/people/", u.ID), Job: u.JobTitle, Department: u.Department,
		Disabled: !u.AccountEnabled,
	}
	for _, id := range directory.RolesOf(c.tx, c.tenant.ID, u.ID) {
		if r, ok := directory.RoleByName(id); ok {
			m.Roles = append(m.Roles, r.DisplayName)
		}
	}
	return m
}

type invitationBody struct {
	Email    string       `json:"invitedUserEmailAddress"`
	Name     string       `json:"invitedUserDisplayName,omitempty"`
	Redirect string       `json:"inviteRedirectUrl"`
	Send     bool         `json:"sendInvitationMessage"`
	Info     *messageInfo `json:"invitedUserMessageInfo,omitempty"`
	Reset    bool         `json:"resetRedemption,omitempty"`
	User     *objectID    `json:"invitedUser,omitempty"`
}

type messageInfo struct {
	Body string `json:"customizedMessageBody"`
}

type objectID struct {
	ID string `json:"id"`
}

// landing is where somebody who has redeemed goes on to: this directory, where he stands as accepted. Pages of the
// organisation's own would refuse him, as nothing is shared with him yet.
func (c *call) landing() string {
	return c.control + c.To("/o/", c.tenant.SharePointPrefix(), "/people")
}

func (c *call) inviteCall(f inviteForm) curl {
	b := invitationBody{Email: f.Email, Name: f.Name, Redirect: c.landing(), Send: true}
	if f.Message != "" {
		b.Info = &messageInfo{f.Message}
	}
	return c.graph(http.MethodPost, "/v1.0/invitations", b)
}

func inviteGuest(c *call) (done, error) {
	f := inviteForm{c.field("email"), c.field("name"), c.field("message")}
	r, err := c.B2B.Invite(c.tx, c.who, b2b.Request{
		Email: f.Email, DisplayName: f.Name, RedirectURL: c.landing(), Send: true, Origin: c.origin, Message: state.InvitationMessage{Body: f.Message},
	})
	return done{
		Say:  r.Guest.DisplayName + " is in the directory at once: " + cmp.Or(string(r.Guest.ExternalState), "no state") + ". The invitation was mailed to " + f.Email + ".",
		Curl: c.inviteCall(f),
	}, err
}

// personPage is one person with all that hangs on him.
type personPage struct {
	User                state.User
	Guest               *guest
	Deleted             bool
	Organisation        string // home of a guest
	HomeURL             string
	Roles, Groups       []named
	Sites               []named
	Invitations         []invitationRow
	Facts               []fact
	Curl, DeleteCurl    string
	ResetCurl           string
	Mail                string
	Manageable, Waiting bool
}

// named is something with a page.
type named struct{ Name, URL string }

type fact struct{ Name, Value string }

type invitationRow struct {
	Kind, State, By string
	At, Redeemed    time.Time
}

// person finds somebody by the path or the form, in the recycle bin too.
func (c *call) person(id string) (u state.User, gone bool, err error) {
	if u, ok := c.tx.User(c.tenant.ID, id); ok {
		return u, false, nil
	}
	u, err = directory.DeletedUser(c.tx, c.tenant.ID, id)
	if err != nil {
		return u, false, problem.For(problem.NotFound, problem.UserNotFound, id, "%s has nobody of this id.", c.tenant.DisplayName)
	}
	return u, true, nil
}

func showPerson(c *call) (reply, error) {
	u, gone, err := c.person(c.param("id"))
	if err != nil {
		return nil, err
	}
	path := "/v1.0/users/" + u.ID
	p := personPage{User: u, Deleted: gone, Mail: c.To("/mail?to=", cmp.Or(u.Mail, u.UserPrincipalName))}
	if u.External() || u.Type == state.Guest {
		g := c.guestOf(u, c.tenant.SharePointPrefix())
		p.Guest = &g
		if home, ok := c.tx.Tenant(u.Home.TenantID); ok && !home.Consumers() {
			p.Organisation, p.HomeURL = home.DisplayName, c.To("/o/", home.SharePointPrefix(), "/people/", u.Home.ObjectID)
		}
	}
	for _, id := range directory.RolesOf(c.tx, c.tenant.ID, u.ID) {
		if r, ok := directory.RoleByName(id); ok {
			p.Roles = append(p.Roles, named{r.DisplayName, c.To("/o/", c.tenant.SharePointPrefix(), "/roles")})
		}
	}
	for _, id := range directory.GroupsOf(c.tx, c.tenant.ID, u.ID) {
		if g, ok := c.tx.Group(c.tenant.ID, id); ok {
			p.Groups = append(p.Groups, named{g.DisplayName, c.To("/o/", c.tenant.SharePointPrefix(), "/groups/", g.ID)})
		}
	}
	for s := range c.tx.Sites(c.tenant.ID) {
		if e, ok := c.tx.SiteUserByObject(c.tenant.ID, s.ID, u.ID); ok && !e.Removed && s.DeletedAt.IsZero() {
			p.Sites = append(p.Sites, named{cmp.Or(s.Title, s.Path), c.To("/o/", c.tenant.SharePointPrefix(), "/sites/", s.ID)})
		}
	}
	p.Invitations = c.invitationsOf(u)
	p.Facts = factsOf(u)
	p.Curl, p.DeleteCurl = c.graph(http.MethodGet, path, nil).String(), c.graph(http.MethodDelete, path, nil).String()
	p.ResetCurl = c.resetCall(u).String()
	return view{Template: "person", Title: u.DisplayName, Data: p}, nil
}

func (c *call) invitationsOf(u state.User) []invitationRow {
	var list []invitationRow
	for i := range c.tx.InvitationsOf(c.tenant.ID, u.ID) {
		row := invitationRow{Kind: "Entra B2B", State: "pending", By: i.InviterName, At: i.CreatedAt, Redeemed: i.RedeemedAt}
		if i.Withdrawn {
			row.State = "withdrawn"
		} else if !i.RedeemedAt.IsZero() {
			row.State = "redeemed"
		}
		list = append(list, row)
	}
	for i := range c.tx.SharingInvitations(c.tenant.ID) {
		if i.RedeemedBy == u.ID {
			by, _ := c.tx.User(c.tenant.ID, i.InviterID)
			list = append(list, invitationRow{"SharePoint", string(i.State), by.DisplayName, i.CreatedAt, i.RedeemedAt})
		}
	}
	return list
}

// factsOf are a person's properties by Graph's names, those that have a value.
func factsOf(u state.User) []fact {
	all := []fact{
		{"id", u.ID},
		{"userPrincipalName", u.UserPrincipalName},
		{"mail", u.Mail},
		{"userType", string(u.Type)},
		{"creationType", u.CreationType},
		{"externalUserState", string(u.ExternalState)},
		{"externalUserStateChangeDateTime", stamp(u.ExternalStateChangedAt, time.RFC3339)},
		{"createdDateTime", stamp(u.CreatedAt, time.RFC3339)},
		{"accountEnabled", truth(u.AccountEnabled)},
		{"jobTitle", u.JobTitle},
		{"department", u.Department},
		{"invited as", u.InvitedAs},
	}
	for _, i := range u.Identities {
		parts := slices.DeleteFunc([]string{i.SignInType, i.Issuer, i.IssuerAssignedID}, func(s string) bool { return s == "" })
		all = append(all, fact{"identity", strings.Join(parts, " · ")})
	}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

func (c *call) resetCall(u state.User) curl {
	return c.graph(http.MethodPost, "/v1.0/invitations", invitationBody{
		Email: cmp.Or(u.Mail, u.InvitedAs), Redirect: c.landing(), Send: true, Reset: true, User: &objectID{u.ID},
	})
}

// resetRedemption makes a guest accept anew, with the same object.
func resetRedemption(c *call) (done, error) {
	u, _, err := c.person(c.param("id"))
	if err != nil {
		return done{}, err
	}
	_, err = c.B2B.Invite(c.tx, c.who, b2b.Request{
		Email: cmp.Or(c.field("email"), u.Mail, u.InvitedAs), RedirectURL: c.landing(), Send: true, Origin: c.origin, GuestID: u.ID, Reset: true,
	})
	return done{Say: u.DisplayName + " has to accept anew; object and permissions stay.", Curl: c.resetCall(u)}, err
}

func deletePerson(c *call) (done, error) {
	u, _, err := c.person(c.param("id"))
	if err != nil {
		return done{}, err
	}
	if err := directory.MayManageUsers(c.tx, c.who, u); err != nil {
		return done{}, err
	}
	return done{
		Say: u.DisplayName + " is in the recycle bin for 30 days.", To: c.To("/o/", c.tenant.SharePointPrefix(), "/people"),
		Curl: c.graph(http.MethodDelete, "/v1.0/users/"+u.ID, nil),
	}, directory.DeleteUser(c.tx, c.who, u)
}

// enablePerson turns an account on or off.
func enablePerson(c *call) (done, error) {
	u, _, err := c.person(c.param("id"))
	if err != nil {
		return done{}, err
	}
	if err := directory.MayManageUsers(c.tx, c.who, u); err != nil {
		return done{}, err
	}
	u.AccountEnabled = !u.AccountEnabled
	say := u.DisplayName + " can sign in again."
	if !u.AccountEnabled {
		say = u.DisplayName + " cannot sign in any more."
	}
	_, err = directory.UpdateUser(c.tx, c.who, u)
	return done{Say: say, Curl: c.graph(http.MethodPatch, "/v1.0/users/"+u.ID, struct {
		Enabled bool `json:"accountEnabled"`
	}{u.AccountEnabled})}, err
}

// handled is somebody in the recycle bin whom the acting person may handle.
func (c *call) handled() (state.User, error) {
	u, err := directory.DeletedUser(c.tx, c.tenant.ID, cmp.Or(c.field("person"), c.param("id")))
	if err != nil {
		return u, err
	}
	return u, directory.MayManageUsers(c.tx, c.who, u)
}

func restorePerson(c *call) (done, error) {
	u, err := c.handled()
	if err != nil {
		return done{}, err
	}
	_, err = directory.RestoreUser(c.tx, c.who, u)
	return done{
		Say: u.DisplayName + " is back, with the same object.", To: c.To("/o/", c.tenant.SharePointPrefix(), "/people/", u.ID),
		Curl: c.graph(http.MethodPost, "/v1.0/directory/deletedItems/"+u.ID+"/restore", nil),
	}, err
}

func purgePerson(c *call) (done, error) {
	u, err := c.handled()
	if err != nil {
		return done{}, err
	}
	return done{
		Say: u.DisplayName + " is gone for good.", To: c.To("/o/", c.tenant.SharePointPrefix(), "/people"),
		Curl: c.graph(http.MethodDelete, "/v1.0/directory/deletedItems/"+u.ID, nil),
	}, directory.PurgeUser(c.tx, c.who, u)
}
