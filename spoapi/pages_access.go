package spoapi

import (
	"net/http"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// grantLine is a line of the page that manages access.
type grantLine struct {
	Who, Role, How, Until string
	ID                    string // what can be removed here; "" for what cannot
}

// managed is the page that manages access to a place.
type managed struct {
	Name, Back string
	Grants     []grantLine
}

// source is the place that a page about another one is for.
func (p *page) source() (drive.Place, error) {
	return p.placeAt(p.here("") + localPath(p.http.URL.Query().Get("source")))
}

// managePage is _layouts/15/user.aspx?source=…: who has access, and taking it away.
func managePage(p *page) (any, error) {
	at, err := p.source()
	if err != nil {
		return nil, err
	}
	if answer, err := p.admit(at); answer != nil || err != nil {
		return answer, err
	}
	if err := p.begin(); err != nil {
		return nil, err
	}
	if p.http.Method == http.MethodPost {
		if err := p.checkForm(); err != nil {
			return nil, err
		}
		if err := p.remove(at, p.form.Get("remove")); err != nil {
			return nil, err
		}
		return redirect(p.here("") + p.back()), nil
	}
	w := managed{Name: placeName(at), Back: p.pageAddress(at)}
	mayManage := p.require(at, state.RoleWrite) == nil
	for _, g := range sharing.Grants(p.tx, p.caller, at) {
		line := p.grantLine(g)
		if !mayManage || g.Inherited {
			line.ID = ""
		}
		w.Grants = append(w.Grants, line)
	}
	return view{kind: "manage-access", title: "Manage access", body: "manage", data: w}, nil
}

func (p *page) remove(at drive.Place, id string) error {
	for _, g := range sharing.Grants(p.tx, p.caller, at) {
		switch {
		case g.Inherited || id == "" || g.ID != id:
		case g.Link.ID != "":
			return p.Sharing.DeleteLink(p.tx, p.caller, g.Link)
		default:
			return p.Sharing.RemovePermission(p.tx, p.caller, at, g.ID)
		}
	}
	return problem.For(problem.NotFound, problem.ObjectNotFound, id, "That access is gone already.")
}

func (p *page) grantLine(g sharing.Grant) grantLine {
	line := grantLine{ID: g.ID, How: "direct"}
	if g.Inherited {
		line.How = "from " + placeName(g.From)
	}
	if g.Link.ID != "" {
		line.Who, line.Role, line.Until = linkAudience(g.Link), g.Link.Type, p.when(g.Link.ExpiresAt)
		line.How = "link, " + line.How
		return line
	}
	line.Role, line.Until = string(g.Permission.Role), p.when(g.Permission.ExpiresAt)
	line.Who = p.granted(g.Permission)
	if g.Permission.To == state.ToInvitee {
		line.How = "invited, not accepted yet"
	}
	return line
}

// granted is the name of whom a permission names.
func (p *page) granted(g state.Permission) string {
	switch g.To {
	case state.ToUser:
		if u, ok := p.tx.User(p.tenant.ID, g.ObjectID); ok {
			return u.DisplayName
		}
	case state.ToGroup:
		if group, ok := p.tx.Group(p.tenant.ID, g.ObjectID); ok {
			return group.DisplayName
		}
	case state.ToSiteGroup:
		if group, ok := p.tx.SiteGroup(p.tenant.ID, g.On.SiteID, g.SiteGroup); ok {
			return group.Title
		}
	case state.ToApp:
		if a, ok := p.tx.ApplicationByAppID(g.ObjectID); ok {
			return a.DisplayName
		}
	case state.ToEveryone:
		return "Everyone"
	case state.ToAddress, state.ToInvitee:
	}
	return orText(g.Email, g.ObjectID)
}

func linkAudience(l state.Link) string {
	switch l.Scope {
	case state.LinkAnonymous:
		return "Anyone with the link"
	case state.LinkOrganization:
		return "People in the organisation with the link"
	case state.LinkUsers:
	}
	var who []string
	for _, r := range l.Recipients {
		who = append(who, r.Email)
	}
	return orText(strings.Join(who, ", "), "Nobody yet")
}

// sharedBy is the page that shares a place.
type sharedBy struct {
	Name, Back, People, Wrong string
	Done                      []string
}

// sharePage is _layouts/15/share.aspx?source=…: the Share dialog.
func sharePage(p *page) (any, error) {
	at, err := p.source()
	if err != nil {
		return nil, err
	}
	if answer, err := p.admit(at); answer != nil || err != nil {
		return answer, err
	}
	if err := p.begin(); err != nil {
		return nil, err
	}
	w := sharedBy{Name: placeName(at), Back: p.pageAddress(at)}
	if p.http.Method == http.MethodPost {
		if err := p.checkForm(); err != nil {
			return nil, err
		}
		p.shareBy(at, &w)
	}
	return view{kind: "share", title: "Share", body: "share", data: w}, nil
}

func (p *page) shareBy(at drive.Place, w *sharedBy) {
	w.People = p.form.Get("people")
	r := sharing.ShareRequest{
		At: at, Role: state.RoleRead, RequireSignIn: true, SendMail: true, Message: p.form.Get("message"), Origin: p.origin,
	}
	if p.form.Get("role") == "edit" {
		r.Role = state.RoleWrite
	}
	for name := range strings.SplitSeq(w.People, ";") {
		if who, ok := recipientOf(strings.TrimSpace(name)); ok {
			r.Recipients = append(r.Recipients, who)
		}
	}
	done, err := p.Sharing.Share(p.tx, p.caller, r)
	if err != nil {
		w.Wrong = p.refusalText(err, at)
		return
	}
	for _, s := range done {
		who := orText(s.User.DisplayName, s.Email)
		switch {
		case s.Err != nil:
			w.Wrong = p.refusalText(s.Err, at)
		case s.Invitation.ID != "":
			w.Done = append(w.Done, who+" was invited and has access after accepting.")
		default:
			w.Done = append(w.Done, who+" has access.")
		}
	}
}

func (p *page) refusalText(err error, at drive.Place) string {
	if r, ok := refusedSharing(err, at, p.tenant); ok {
		return r.message()
	}
	return orText(problem.As(err).Detail, sharingGeneralText)
}
