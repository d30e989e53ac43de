package console

import (
	"cmp"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func accessPages() []page {
	actions := map[string]func(*call) (done, error){
		"remove": removeGrant, "role": setGrantRole, "resend": resendInvitation, "break": breakInheritance, "restore": restoreInheritance,
		"recipient": removeRecipient,
	}
	return []page{
		{Path: "/o/{tenant}/sites/{site}/access", Title: "Manage access", show: showAccess, actions: actions},
		{Path: "/o/{tenant}/drives/{list}/{item}/access", Title: "Manage access", show: showAccess, actions: actions},
	}
}

// accessPage is Manage access: who can open a place, and through what.
type accessPage struct {
	spot
	Pending, Direct, Links, Inherited []grant
	MayBreak                          bool
	Curl                              string
	To                                string // whose access is explained
	Why                               []because
}

// grant is a line of it.
type grant struct {
	Key, ID, Name, Address, Kind, Role string
	From, FromURL                      string // where it was given
	By                                 string
	At, Expires                        time.Time
	Link                               string
	LinkType                           string
	Password, External, MayChange      bool
	Recipients                         []recipient
	RemoveCurl                         string
	Line                               template.HTML // all of it
}

// line is the grant as an entry of its list; written in Go, since a template would cost more than the rest of the page. token
// is the hidden field of every form.
func (g grant) line(token template.HTML) template.HTML {
	var b strings.Builder
	const usual = 2 << 10
	b.Grow(usual)
	e := template.HTMLEscapeString
	put := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
	}
	put(`<li data-key="`, e(g.Key), `"><div class="who"><b>`, e(g.Name), `</b>`)
	if g.Address != g.Name {
		put(` <span class="quiet">`, e(g.Address), `</span>`)
	}
	chip := "chip"
	if g.External {
		chip += " warn"
	}
	put(` <span class="`, chip, `">`, e(g.Kind), `</span>`)
	if g.Kind == "invitation" {
		put(` <span class="state pending">pending</span>`)
	}
	put(" <span class=\"quiet\">", e(cmp.Or(g.LinkType, g.Role)))
	if !g.Expires.IsZero() {
		put(` · until `, string(when(g.Expires)))
	}
	if g.Password {
		put(` · password`)
	}
	if g.By != "" {
		put(` · by `, e(g.By))
	}
	if g.From != "" {
		put(` · from <a href="`, e(g.FromURL), `">`, e(g.From), `</a>`)
	}
	put(`</span>`)
	if g.Link != "" {
		put(`<div class="buttons"><code>`, e(g.Link), `</code><button type="button" class="slim" data-copy="`, e(g.Link), `">Copy link</button></div>`)
	}
	if len(g.Recipients) > 0 {
		put(`<ul class="plain">`)
		for _, r := range g.Recipients {
			put(`<li class="recipient">`, e(r.Address), ` <span class="quiet">`, e(r.State), `</span>`)
			if g.MayChange {
				put(` <form method="post" class="inline">`, string(token), `<input type="hidden" name="grant" value="`, e(g.ID), `"><input type="hidden" name="recipient" value="`, e(r.Address),
					`"><button class="slim" name="do" value="recipient" aria-label="Take out `, e(r.Address), `">Take out</button></form>`)
			}
			put(`</li>`)
		}
		put(`</ul>`)
	}
	if g.RemoveCurl != "" {
		put(string(curlBox(g.RemoveCurl, "Remove with curl")))
	}
	put(`</div>`)
	if g.MayChange {
		g.forms(put, string(token))
	}
	put(`</li>`)
	return template.HTML(b.String()) //nolint:gosec // escaped
}

// forms are what can be done with a grant, at the end of its line.
func (g grant) forms(put func(...string), token string) {
	id, name := template.HTMLEscapeString(g.ID), template.HTMLEscapeString(g.Name)
	put(`<div class="end buttons">`)
	if g.LinkType == "" {
		put(`<form method="post" class="buttons">`, token, `<input type="hidden" name="do" value="role"><input type="hidden" name="grant" value="`, id,
			`"><select name="role" aria-label="Role of `, name, `" class="slim">`)
		for _, r := range []struct{ Role, Label string }{{string(state.RoleRead), "view"}, {string(state.RoleWrite), "edit"}, {string(state.RoleOwner), "owner"}} {
			switch {
			case r.Role == g.Role:
				put(`<option value="`, r.Role, `" selected>`, r.Label, `</option>`)
			case r.Role != string(state.RoleOwner): // nobody is made an owner here
				put(`<option value="`, r.Role, `">`, r.Label, `</option>`)
			}
		}
		put(`</select><button class="slim">Set</button></form>`)
	}
	put(`<form method="post" class="buttons">`, token, `<input type="hidden" name="grant" value="`, id, `">`)
	if g.Kind == "invitation" {
		put(`<button class="slim" name="do" value="resend">Send again</button>`)
	}
	put(`<button class="slim risky" name="do" value="remove" aria-label="Remove `, name, `">Remove</button></form></div>`)
}

type recipient struct{ Address, State string }

// because is an explanation of what somebody may do.
type because struct {
	Action string
	verdict
}

func showAccess(c *call) (reply, error) {
	at, err := c.place()
	if err != nil {
		return nil, err
	}
	may := sharing.AccessTo(c.tx, c.who, at)
	if err := may.Require(state.RoleRead); err != nil {
		return nil, c.closed(at, err)
	}
	p := accessPage{spot: c.spot(at, may), MayBreak: at.List.ID != "", To: c.query("to")}
	token := frame{CSRF: c.session.token(c.face)}.Token()
	for _, g := range sharing.Grants(c.tx, c.who, at) {
		line := c.grantOf(at, g)
		line.Line = line.line(token)
		switch {
		case g.Inherited:
			p.Inherited = append(p.Inherited, line)
		case g.Permission.To == state.ToInvitee:
			p.Pending = append(p.Pending, line)
		case g.Link.ID != "":
			p.Links = append(p.Links, line)
		default:
			p.Direct = append(p.Direct, line)
		}
	}
	if at.List.ID != "" {
		p.Curl = c.graph(http.MethodGet, itemCall(at)+"/permissions", nil).String()
	} else {
		p.Curl = c.sharePoint(http.MethodGet, c.siteAddress(at.Site), "/_api/web/roleassignments?$expand=Member,RoleDefinitionBindings", nil).String()
	}
	if p.To != "" {
		p.Why = c.because(at, p.To)
	}
	return view{Template: "access", Title: "Who can open " + p.Name, Data: p}, nil
}

// because explains what somebody of the directory, by address, may do at a place.
func (c *call) because(at drive.Place, address string) []because {
	var list []because
	for u := range c.tx.UsersByAddress(c.tenant.ID, address) {
		who := c.who
		who.User, who.System = u, false
		for _, action := range []string{sharing.ActionRead, sharing.ActionWrite, sharing.ActionShare, sharing.ActionShareExternally, sharing.ActionSync} {
			list = append(list, because{action, *verdictOf(c.Sharing.Explain(c.tx, who, action, at, ""))})
		}
		return list
	}
	return []because{{"read", verdict{Text: "the directory knows nobody of this address"}}}
}

func (c *call) grantOf(at drive.Place, g sharing.Grant) grant {
	line := grant{ID: cmp.Or(g.Permission.ID, g.Link.ID, g.ID), MayChange: !g.Inherited, Role: string(g.Permission.Role)}
	line.Key = line.ID + line.Role
	if g.Inherited {
		line.From, line.FromURL = placeName(g.From), c.pageOf(g.From, "access")
	}
	if g.Link.ID != "" {
		c.describeLink(&line, g.Link)
	} else {
		c.describePermission(&line, at.Site, g.Permission)
	}
	if at.List.ID != "" && line.MayChange {
		line.RemoveCurl = c.graph(http.MethodDelete, itemCall(at)+"/permissions/"+g.ID, nil).String()
	}
	return line
}

func (c *call) describeLink(line *grant, l state.Link) {
	line.Kind, line.Role, line.LinkType = "link", string(l.Role()), l.Type
	line.Name = map[state.LinkScope]string{
		state.LinkAnonymous: "Anyone with the link", state.LinkOrganization: "People in " + c.tenant.DisplayName, state.LinkUsers: "Specific people",
	}[l.Scope]
	line.Link = sharing.LinkURL(c.tx, c.origin, l)
	line.At, line.Expires, line.By, line.Password = l.CreatedAt, l.ExpiresAt, l.CreatedBy.Name, l.Password != ""
	line.External = l.Scope == state.LinkAnonymous
	for _, r := range l.Recipients {
		to := recipient{Address: r.Email}
		switch {
		case r.ObjectID != "":
			u, _ := c.tx.User(c.tenant.ID, r.ObjectID)
			to.State, line.External = cmp.Or(string(u.ExternalState), "in the directory"), line.External || u.External()
		case r.InvitationID != "":
			to.State, line.External = "invitation pending", true
		default:
			to.State, line.External = "shows a code", true
		}
		line.Recipients = append(line.Recipients, to)
	}
}

func (c *call) describePermission(line *grant, s state.Site, p state.Permission) {
	line.At, line.Expires, line.By, line.Address = p.CreatedAt, p.ExpiresAt, p.GrantedBy.Name, p.Email
	switch p.To {
	case state.ToUser:
		u, ok := c.tx.User(p.TenantID, p.ObjectID)
		line.Kind, line.Name, line.Address = "member", cmp.Or(u.DisplayName, "deleted person"), cmp.Or(u.Mail, u.UserPrincipalName)
		if ok && u.External() {
			line.Kind, line.External = "guest", true
		}
		if e, ok := c.tx.SiteUserByObject(p.TenantID, s.ID, p.ObjectID); ok && line.Expires.IsZero() {
			line.Expires = e.ExpiresAt
		}
	case state.ToGroup:
		g, _ := c.tx.Group(p.TenantID, p.ObjectID)
		line.Kind, line.Name = "group", cmp.Or(g.DisplayName, "deleted group")
	case state.ToSiteGroup:
		g, _ := c.tx.SiteGroup(p.TenantID, s.ID, p.SiteGroup)
		line.Kind, line.Name = "site group", g.Title
	case state.ToApp:
		line.Kind, line.Name = "application", p.ObjectID
	case state.ToAddress:
		line.Kind, line.Name, line.External = "code by mail", p.Email, true
	case state.ToEveryone:
		line.Kind, line.Name = "everyone", "Everyone in "+c.tenant.DisplayName
		if p.Email == "all" {
			line.Name, line.External = "Everyone, guests too", true
		}
	case state.ToInvitee:
		line.Kind, line.Name, line.External = "invitation", p.Email, true
		if i, ok := c.tx.SharingInvitation(p.TenantID, p.InvitationID); ok {
			line.Expires = i.ExpiresAt
		}
	}
}

// grant is the place of the path with one of its grants, by the form's field "grant".
func (c *call) grant() (drive.Place, sharing.Grant, error) {
	at, err := c.place()
	if err != nil {
		return at, sharing.Grant{}, err
	}
	g, err := sharing.FindGrant(c.tx, c.who, at, c.field("grant"))
	return at, g, err
}

func removeGrant(c *call) (done, error) {
	at, g, err := c.grant()
	if err != nil {
		return done{}, err
	}
	line := c.grantOf(at, g)
	d := done{Say: "Taken away: " + line.Name + "."}
	if at.List.ID != "" {
		d.Curl = c.graph(http.MethodDelete, itemCall(at)+"/permissions/"+g.ID, nil)
	}
	return d, c.Sharing.RemovePermission(c.tx, c.who, at, c.field("grant"))
}

func setGrantRole(c *call) (done, error) {
	at, g, err := c.grant()
	if err != nil {
		return done{}, err
	}
	role := state.Role(c.field("role"))
	d := done{Say: c.grantOf(at, g).Name + " may " + string(role) + " now."}
	if at.List.ID != "" {
		d.Curl = c.graph(http.MethodPatch, itemCall(at)+"/permissions/"+g.ID, struct {
			Roles []string `json:"roles"`
		}{[]string{string(role)}})
	}
	_, err = c.Sharing.SetRole(c.tx, c.who, at, c.field("grant"), role)
	return d, err
}

func resendInvitation(c *call) (done, error) {
	_, g, err := c.grant()
	if err != nil {
		return done{}, err
	}
	i, err := c.Sharing.Resend(c.tx, c.who, g.Permission.InvitationID, c.origin)
	return done{Say: "The invitation was sent to " + i.Email + " once more."}, err
}

// removeRecipient takes one person out of a link for specific people.
func removeRecipient(c *call) (done, error) {
	_, g, err := c.grant()
	if err != nil {
		return done{}, err
	}
	if g.Link.ID == "" {
		return done{}, problem.For(problem.Invalid, problem.LinkNotFound, "grant", "This is no link.")
	}
	address := c.field("recipient")
	_, err = c.Sharing.UpdateLink(c.tx, c.who, g.Link, sharing.LinkChange{Remove: []sharing.Recipient{{Email: address}}, Origin: c.origin})
	return done{Say: address + " was taken out of the link."}, err
}

func breakInheritance(c *call) (done, error) {
	at, err := c.place()
	if err != nil {
		return done{}, err
	}
	keep := c.field("keep") != ""
	return done{Say: placeName(at) + " has permissions of its own now.", Curl: c.inheritanceCall(at, "breakroleinheritance(copyRoleAssignments="+truth(keep)+")")},
		sharing.BreakInheritance(c.tx, c.who, at, keep)
}

func restoreInheritance(c *call) (done, error) {
	at, err := c.place()
	if err != nil {
		return done{}, err
	}
	return done{Say: "What stands above reaches " + placeName(at) + " again.", Curl: c.inheritanceCall(at, "resetroleinheritance")},
		sharing.RestoreInheritance(c.tx, c.who, at)
}

func (c *call) inheritanceCall(at drive.Place, function string) curl {
	path := "/_api/web/lists(guid'" + at.List.ID + "')/"
	if !at.Item.Root() {
		kind := "GetFileByServerRelativePath"
		if at.Item.Kind == state.Folder {
			kind = "GetFolderByServerRelativePath"
		}
		name := strings.ReplaceAll(drive.ServerPath(c.tx, at.Site, at.List, at.Item), "'", "''")
		path = "/_api/web/" + kind + "(decodedurl='" + links.EscapePath(name) + "')/ListItemAllFields/"
	}
	return c.sharePoint(http.MethodPost, c.siteAddress(at.Site), path+function, nil)
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
