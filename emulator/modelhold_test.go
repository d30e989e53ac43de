package emulator_test

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/tennantite/tennantite/emulator/state"
)

// hold looks whether everything still is as the model says and as it must always be.
func (p *play) hold() {
	if rapid.IntRange(0, 19).Draw(p.r, "exports differ") == 0 { // an export costs as much as everything else
		p.isolated()
	}
	if p.side != nil && p.in != nil {
		p.people()
		p.everyPermissionMeansSomebody()
		p.permissions(p.text("looked at", "Specs", "Budget", "Specs/Design.md", "Readme.txt"))
	}
	w := p.worlds[rapid.IntRange(0, 1).Draw(p.r, "looked into")]
	f := p.firms[rapid.IntRange(0, len(p.firms)-1).Draw(p.r, "looked at")]
	p.content(w, f, p.text("path", "Specs/Design.md", "Budget/Plan.csv", "Readme.txt", "Specs/New.txt"), p.text("reader", p.actors...))
}

// exported is a world's export, in parts: one for each organisation, and "" for the rest.
func (p *play) exported(w *side) map[string]string {
	text, err := p.emu.Export(w.name)
	if err != nil {
		p.r.Fatalf("%v", err)
	}
	parts, part := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		if name, named := strings.CutSuffix(strings.TrimSpace(line), ":"); line[0] != ' ' {
			part = ""
		} else if named && line[:2] == "  " && line[2] != ' ' && w.firms[name] != nil {
			part = name
		}
		parts[part] += line
	}
	return parts
}

// isolated holds that operations changed the organisations and the worlds that they were about and no other, and nothing at
// all where they were refused.
func (p *play) isolated() {
	for _, w := range p.worlds {
		now := p.exported(w)
		for part, before := range w.export {
			if !w.touched[part] && now[part] != before {
				p.r.Fatalf("after %s the part %q of world %s has changed:\n%s", p.op, part, w.name, difference(before, now[part]))
			}
		}
		w.export, w.touched = now, map[string]bool{}
	}
}

// touch notes what the operation may have changed.
func (p *play) touch() {
	switch {
	case p.side == nil || p.refused:
	case p.in != nil:
		p.side.touched[p.in.Name], p.side.touched[""] = true, true // the rest lists addresses that belong to nobody's organisation
	default:
		p.side.touched[""] = true
		for _, f := range p.firms {
			p.side.touched[f.Name] = true
		}
	}
}

func (p *play) same(what string, a, b map[string]string) {
	for part := range a {
		if a[part] != b[part] {
			p.r.Fatalf("%s changes %q:\n%s", what, part, difference(a[part], b[part]))
		}
	}
}

type listedGuest struct {
	ID, Mail string
	State    string `json:"externalUserState"`
}

// directory is the guests of the organisation as Graph lists them.
func (p *play) directory() map[string]listedGuest {
	var list struct{ Value []listedGuest }
	a := p.side.send(p.r, http.MethodGet, graphHost+"/v1.0/users?$select=id,mail,externalUserState&$filter="+url.QueryEscape("userType eq 'Guest'"), p.adminToken(), "")
	if a.read(&list); !a.ok() {
		p.r.Fatalf("%s: %d %s", a.asked, a.status, a.body)
	}
	all := map[string]listedGuest{}
	for _, g := range list.Value {
		all[g.ID] = g
	}
	return all
}

func (p *play) adminToken() string { return p.tokens[p.in.people()[0]+graphHost] }

// people holds the directory against the model: the same guests, pending or accepted, at most one for each address, and the
// same people in the group.
func (p *play) people() {
	listed, addresses := p.directory(), map[string]bool{}
	for id, g := range listed {
		want, ok := p.model().guests[id]
		if !ok {
			p.r.Fatalf("%s %s is a guest of %s, which the model does not know", g.Mail, g.State, p.in.Name)
		}
		if accepted := g.State == "Accepted"; accepted != want.accepted {
			p.r.Fatalf("%s is %s, in the model accepted is %t", g.Mail, g.State, want.accepted)
		}
		address := strings.ToLower(g.Mail)
		if addresses[address] {
			p.r.Fatalf("two guests of %s are %s", p.in.Name, address)
		}
		addresses[address] = true
	}
	for id, g := range p.model().guests {
		if _, ok := listed[id]; !ok {
			p.r.Fatalf("%s %s is no guest of %s any more", id, g.address, p.in.Name)
		}
	}
	var list struct{ Value []struct{ ID string } }
	p.side.send(p.r, http.MethodGet, graphHost+"/v1.0/groups/"+p.in.Friends+"/members?$select=id", p.adminToken(), "").read(&list)
	members := map[string]bool{}
	for _, m := range list.Value {
		members[m.ID] = true
	}
	want := maps.Clone(p.model().friends)
	for id := range p.model().deleted {
		delete(want, id) // he is back in it when he is restored
	}
	if !maps.Equal(members, want) {
		p.r.Fatalf("in the group are %v, in the model %v", members, want)
	}
}

// everyPermissionMeansSomebody looks at every permission of the organisation's site.
func (p *play) everyPermissionMeansSomebody() {
	err := p.emu.View(p.side.name, func(tx *state.Tx) error {
		for s := range tx.Sites(p.in.ID) {
			for g := range tx.PermissionsAt(p.in.ID, s.ID) {
				if !meansSomebody(tx, g) {
					p.r.Fatalf("after %s a permission means nobody: %+v", p.op, g)
				}
			}
		}
		return nil
	})
	if err != nil {
		p.r.Fatalf("%v", err)
	}
}

func meansSomebody(tx *state.Tx, g state.Permission) bool {
	switch g.To {
	case state.ToUser:
		// Of somebody who was deleted the site's user list keeps the entry, as the service does.
		_, left := tx.SiteUserByObject(g.TenantID, g.On.SiteID, g.ObjectID)
		_, ok := tx.User(g.TenantID, g.ObjectID)
		return ok || left
	case state.ToInvitee:
		i, ok := tx.SharingInvitation(g.TenantID, g.InvitationID)
		return ok && i.State == state.SharingPending && i.PermissionID == g.ID
	case state.ToSiteGroup:
		_, ok := tx.SiteGroup(g.TenantID, g.On.SiteID, g.SiteGroup)
		return ok
	case state.ToGroup:
		_, ok := tx.Group(g.TenantID, g.ObjectID)
		return ok
	case state.ToApp, state.ToAddress, state.ToEveryone:
	}
	return true
}

// permissionModel is a permission as Graph shows it.
type permissionModel struct {
	ID            string
	GrantedToV2   struct{ User, Group, SiteGroup struct{ ID string } }
	Invitation    struct{ Email string }
	InheritedFrom *struct{ ID string }
	Link          struct{ Scope, Type, WebURL string }
}

// key says what a permission is, whatever its id; "" for what the model does not follow.
func (m permissionModel) key() string {
	switch {
	case m.Link.Scope != "":
		return "link " + m.ID
	case m.GrantedToV2.User.ID != "":
		return "user " + m.GrantedToV2.User.ID
	}
	return ""
}

// listed is what manage access shows of a place.
func (p *play) listed(place string) []permissionModel {
	var list struct{ Value []permissionModel }
	p.side.send(p.r, http.MethodGet, p.in.item(place)+"/permissions", p.adminToken(), "").read(&list)
	return list.Value
}

// permissions holds that what was given at a place is there, until it is taken back, and that a pending invitation is found.
func (p *play) permissions(place string) {
	there := map[string]bool{}
	for _, m := range p.listed(place) {
		there[m.key()] = true
	}
	for key := range p.model().given[place] {
		if !there[key] {
			p.r.Fatalf("%s is not on %s of %s: there are %v", key, place, p.in.Name, slices.Sorted(maps.Keys(there)))
		}
	}
	for id, at := range p.model().pending {
		if a := p.side.send(p.r, http.MethodGet, p.in.item(at)+"/permissions/"+id, p.adminToken(), ""); !a.ok() {
			p.r.Fatalf("the pending invitation is not found: %s: %d %s", a.asked, a.status, a.body)
		}
	}
}

// content asks for a file by every route. Who may not read it, as explain says, gets it by none; who may, by each.
func (p *play) content(w *side, f firm, path, who string) {
	p.counts["- route asked"]++
	local := f.library() + "/" + path
	webURL := f.host() + (&url.URL{Path: local}).EscapedPath()
	var e struct{ Allowed bool }
	w.control(p.r, http.MethodPost, "explain", marshalled(map[string]string{"tenant": f.ID, "actor": who, "action": "read", "target": webURL})).read(&e)
	want, there := w.firms[f.Name].files[path]
	var item struct{ ID string }
	w.send(p.r, http.MethodGet, f.item(path)+"?$select=id", p.tokens[f.people()[0]+graphHost], "").read(&item)
	if there != (item.ID != "") {
		p.r.Fatalf("%s of %s is there: %t; in the model: %t", path, f.Name, item.ID != "", there)
	}
	if item.ID == "" {
		item.ID = "01NOTHING"
	}
	graph, own := p.tokenOf(w, who, f, graphHost), p.tokenOf(w, who, f, f.host())
	_, isGuest := p.acceptedGuest(w, f, who)
	signsIn := isGuest || p.home(who).Name == f.Name
	for _, route := range []struct{ address, token string }{
		{graphHost + "/v1.0/drives/" + f.Drive + "/items/" + item.ID + "/content", graph},
		{f.item(path) + "/content", graph},
		{graphHost + "/v1.0/sites/" + f.Name + ".sharepoint.com:/sites/project:/drive/root:/" + path + ":/content", graph},
		{graphHost + "/v1.0/shares/u!" + base64.RawURLEncoding.EncodeToString([]byte(webURL)) + "/driveItem/content", graph},
		{graphHost + "/v1.0/drives/" + f.Drive + "/items/" + item.ID + "?$select=id,@microsoft.graph.downloadUrl", graph},
		{f.host() + "/sites/project/_api/web/GetFileByServerRelativePath(decodedurl='" + url.PathEscape(local) + "')/$value", own},
		{f.host() + "/_api/v2.0/drives/" + f.Drive + "/items/" + item.ID + "/content", own},
	} {
		a := p.fetched(w, route.address, route.token)
		got := a.ok() && (there && string(a.body) == want || strings.HasSuffix(route.address, "/content") || strings.HasSuffix(route.address, "$value"))
		may := there && e.Allowed && signsIn
		if got != may || got && string(a.body) != want {
			p.r.Fatalf("%s may read %s of %s: %t (guest or member: %t), but %s answers %d %.200s; its content is %q",
				who, path, f.Name, e.Allowed, signsIn, a.asked, a.status, a.body, want)
		}
	}
}

func (p *play) acceptedGuest(w *side, f firm, who string) (string, bool) {
	for id, g := range w.firms[f.Name].guests {
		if g.accepted && g.address == who {
			return id, true
		}
	}
	return "", false
}

// fetched asks for a file, and goes on to where its content is.
func (p *play) fetched(w *side, address, token string) answered {
	a := w.send(p.r, http.MethodGet, address, token, "")
	var item struct {
		Address string `json:"@microsoft.graph.downloadUrl"`
	}
	a.read(&item)
	if to := a.header.Get("Location"); to != "" {
		item.Address = to
	}
	if item.Address != "" {
		next := w.send(p.r, http.MethodGet, item.Address, "", "")
		next.asked = a.asked
		return next
	}
	return a
}
