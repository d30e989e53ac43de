package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// actions are what can be done. Each draws what it needs, asks, and tells the model what an answer of success means;
// refusals are part of the play.
func (p *play) actions() map[string]action {
	return map[string]action{
		"invite":   {2, p.invite},
		"share":    {5, p.share},
		"link":     {2, p.link},
		"redeem":   {5, p.redeem},
		"pages":    {2, p.pages},
		"open":     {2, p.open},
		"withdraw": {2, p.withdraw},
		"delete":   {1, p.deleteGuest},
		"restore":  {1, p.restoreGuest},
		"enable":   {1, p.enable},
		"join":     {2, p.join},
		"leave":    {1, p.leave},
		"write":    {1, p.write},
		"remove":   {1, p.removeItem},
		"settings": {2, p.settings},
		"clock":    {1, p.clock},
		"snapshot": {1, p.snapshot},
	}
}

// action is one of the things that people do, and how often.
type action struct {
	often int
	act   func()
}

func marshalled(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of texts always encode
	}
	return string(b)
}

// invite asks the B2B manager: the guest is there at once.
func (p *play) invite() {
	address := p.address()
	if _, guest := p.acceptedGuest(p.side, *p.in, p.who); !guest {
		home := p.home(p.who) // where his token is good
		p.in = &home
	}
	a := p.ask(http.MethodPost, graphHost+"/v1.0/invitations", marshalled(map[string]any{
		"invitedUserEmailAddress": address, "inviteRedirectUrl": "https://app.example.com/", "sendInvitationMessage": true,
	}))
	var body struct{ InvitedUser struct{ ID string } }
	if a.read(&body); a.ok() {
		p.invited(body.InvitedUser.ID, address)
	}
}

// invited notes a guest whom the B2B manager made, or found.
func (p *play) invited(id, address string) {
	if _, known := p.model().guests[id]; known {
		return
	}
	if _, deleted := p.model().deleted[id]; deleted {
		p.r.Fatalf("a deleted guest is invited: %s", id)
	}
	p.model().guests[id] = guestModel{address: strings.ToLower(address)}
}

// share asks SharePoint, by Graph or by its own interface.
func (p *play) share() {
	place, address := p.place(), p.address()
	if rapid.Bool().Draw(p.r, "by REST") {
		p.shareByREST(place, address)
		return
	}
	a := p.ask(http.MethodPost, p.in.item(place)+"/invite", marshalled(map[string]any{
		"recipients": []any{map[string]string{"email": address}}, "roles": []string{p.text("role", "read", "write")}, "requireSignIn": true, "sendInvitation": true,
	}))
	var body struct{ Value []permissionModel }
	if a.read(&body); !a.ok() || len(body.Value) != 1 {
		return
	}
	if u := body.Value[0].GrantedToV2.User.ID; u != "" {
		p.sharedWith(u, address)
	}
	if m := body.Value[0]; m.key() != "" {
		p.give(place, m.key())
	} else {
		p.model().pending[m.ID] = place // it is no listed permission, but one by id
	}
}

func (p *play) shareByREST(place, address string) {
	a := p.ask(http.MethodPost, p.in.host()+"/sites/project/_api/SP.Web.ShareObject", marshalled(map[string]any{
		"url": p.in.host() + p.in.library() + "/" + place, "peoplePickerInput": `[{"Key":"` + address + `"}]`,
		"roleValue": p.text("role", "role:1073741826", "role:1073741827"), "sendEmail": true,
	}))
	var body struct{ StatusCode int }
	if a.read(&body); body.StatusCode != 0 {
		p.refused = true
	}
	if p.refused {
		return
	}
	// Its answer names no object: the B2B manager was asked or not, by the era.
	if _, known := p.guestOf(strings.ToLower(address)); !known && p.home(strings.ToLower(address)).Name != p.in.Name && p.integrated() {
		for id, g := range p.directory() {
			if _, known := p.model().guests[id]; !known && strings.EqualFold(g.Mail, address) {
				p.sharedWith(id, address)
			}
		}
	}
}

func (p *play) integrated() bool { return strings.HasPrefix(p.model().era, "b2b") }

func (p *play) guestOf(address string) (id string, ok bool) {
	for id, g := range p.model().guests {
		if g.address == address {
			return id, true
		}
	}
	return "", false
}

// sharedWith notes somebody who was given something. Only with B2B integration can he be new.
func (p *play) sharedWith(id, address string) {
	if _, known := p.model().guests[id]; known || p.home(strings.ToLower(address)).Name == p.in.Name {
		return
	}
	if !p.integrated() {
		p.r.Fatalf("era %s makes a guest of %s at the share", p.model().era, address)
	}
	p.invited(id, address)
}

func (p *play) give(place, key string) {
	if p.model().given[place] == nil {
		p.model().given[place] = map[string]bool{}
	}
	p.model().given[place][key] = true
}

func (p *play) link() {
	place := p.place()
	a := p.ask(http.MethodPost, p.in.item(place)+"/createLink", marshalled(map[string]string{
		"type": p.text("type", "view", "edit"), "scope": p.text("scope", "anonymous", "organization", "users"),
	}))
	var body permissionModel
	if a.read(&body); a.ok() {
		p.give(place, body.key())
		p.model().urls = append(p.model().urls, body.Link.WebURL)
	}
}

// redeem follows a link of a mail, as its recipient or as somebody else, and then once more.
func (p *play) redeem() {
	to, address := p.mailed()
	if address == "" {
		return
	}
	if rapid.IntRange(0, 3).Draw(p.r, "as another") > 0 {
		p.who = to
	}
	p.follow(address)
}

// open follows a link that was made.
func (p *play) open() {
	if len(p.model().urls) == 0 {
		return
	}
	p.follow(p.text("link", p.model().urls...))
}

// mailed draws a link that was sent to somebody, and goes to the organisation that sent it.
func (p *play) mailed() (to, address string) {
	var box struct {
		Value []struct {
			To, Tenant string
			Links      []struct{ URL string }
		}
	}
	p.side.control(p.r, http.MethodGet, "mail", "").read(&box)
	type sent struct{ url, to, by string }
	var all []sent
	for _, m := range box.Value {
		for _, l := range m.Links {
			all = append(all, sent{l.URL, strings.ToLower(m.To), m.Tenant})
		}
	}
	if len(all) == 0 {
		return "", ""
	}
	one := all[rapid.IntRange(0, len(all)-1).Draw(p.r, "mail")]
	for n := range p.firms {
		if p.firms[n].ID == one.by {
			p.in = &p.firms[n]
		}
	}
	return one.to, one.url
}

type redeemedModel struct {
	Guest struct {
		ID    string
		State string `json:"externalUserState"`
	}
	URL string
}

// follow redeems by the control plane; to do it twice changes nothing.
func (p *play) follow(address string) {
	ask := marshalled(map[string]string{"url": address, "as": p.who})
	a := p.control(http.MethodPost, "redemptions", ask)
	if !a.ok() {
		return
	}
	var first, second redeemedModel
	a.read(&first)
	p.accepted(first.Guest.ID, first.Guest.State)
	var before map[string]string
	look := rapid.IntRange(0, 4).Draw(p.r, "look at the world") == 0
	if look {
		before = p.exported(p.side)
	}
	again := p.control(http.MethodPost, "redemptions", ask)
	again.read(&second)
	if !again.ok() || first != second {
		p.r.Fatalf("redeemed twice: first %+v, then %d %s", first, again.status, again.body)
	}
	if look {
		p.same("redeeming twice", before, p.exported(p.side))
	}
}

// accepted notes what a redemption made of somebody.
func (p *play) accepted(id, is string) {
	clear(p.model().pending) // one of them is used up now
	if id == "" || p.home(p.who).Name == p.in.Name {
		return
	}
	if _, known := p.model().guests[id]; known && is == "PendingAcceptance" {
		return // he went through a link for anyone
	}
	p.model().guests[id] = guestModel{address: p.who, accepted: true}
}

// pages redeems as a browser does, page by page. Only the person himself can become a guest by that.
func (p *play) pages() {
	to, address := p.mailed()
	if address == "" || p.home(to).Name == "" {
		return
	}
	p.who = to
	p.browse(to, address)
	for id, g := range p.directory() {
		if known := p.model().guests[id]; g.State == "Accepted" && !known.accepted && strings.EqualFold(g.Mail, to) {
			p.model().guests[id] = guestModel{address: to, accepted: true}
		}
	}
	clear(p.model().pending)
}

// withdraw takes back one of the permissions that stand on a place.
func (p *play) withdraw() {
	place := p.place()
	list := slices.DeleteFunc(p.listed(place), func(m permissionModel) bool { return m.InheritedFrom != nil || m.key() == "" })
	for id, at := range p.model().pending {
		if at == place {
			list = append(list, permissionModel{ID: id})
		}
	}
	if len(list) == 0 {
		return
	}
	slices.SortFunc(list, func(a, b permissionModel) int { return strings.Compare(a.ID, b.ID) })
	one := list[rapid.IntRange(0, len(list)-1).Draw(p.r, "permission")]
	a := p.ask(http.MethodDelete, p.in.item(place)+"/permissions/"+url.PathEscape(one.ID), "")
	if a.ok() {
		delete(p.model().given[place], one.key())
		delete(p.model().pending, one.ID)
	}
}

func (p *play) anyGuest(of map[string]guestModel) string {
	ids := slices.Sorted(maps.Keys(of))
	if len(ids) == 0 {
		return ""
	}
	return ids[rapid.IntRange(0, len(ids)-1).Draw(p.r, "guest")]
}

func (p *play) deleteGuest() {
	id := p.anyGuest(p.model().guests)
	if id == "" {
		return
	}
	if p.ask(http.MethodDelete, graphHost+"/v1.0/users/"+id, "").ok() {
		p.model().deleted[id] = p.model().guests[id]
		delete(p.model().guests, id)
		for _, given := range p.model().given {
			delete(given, "user "+id)
		}
	}
}

func (p *play) restoreGuest() {
	id := p.anyGuest(p.model().deleted)
	if id == "" {
		return
	}
	bin := graphHost + "/v1.0/directory/deletedItems/" + id
	if rapid.Bool().Draw(p.r, "for ever") {
		if p.manage(http.MethodDelete, bin, "").ok() {
			delete(p.model().deleted, id)
			delete(p.model().friends, id)
		}
		return
	}
	if p.manage(http.MethodPost, bin+"/restore", "").ok() {
		p.model().guests[id] = p.model().deleted[id]
		delete(p.model().deleted, id)
	}
}

func (p *play) enable() {
	if id := p.anyGuest(p.model().guests); id != "" {
		p.ask(http.MethodPatch, graphHost+"/v1.0/users/"+id, fmt.Sprintf(`{"accountEnabled":%t}`, rapid.Bool().Draw(p.r, "enabled")))
	}
}

func (p *play) join() {
	id := p.anyGuest(p.model().guests)
	if id == "" {
		return
	}
	a := p.ask(http.MethodPost, graphHost+"/v1.0/groups/"+p.in.Friends+"/members/$ref", `{"@odata.id":"`+graphHost+`/v1.0/directoryObjects/`+id+`"}`)
	if a.ok() == p.model().friends[id] && a.ok() {
		p.r.Fatalf("%s joins twice", id)
	}
	if a.ok() {
		p.model().friends[id] = true
	}
}

func (p *play) leave() {
	id := p.anyGuest(p.model().guests)
	if id == "" {
		return
	}
	if p.ask(http.MethodDelete, graphHost+"/v1.0/groups/"+p.in.Friends+"/members/"+id+"/$ref", "").ok() {
		if !p.model().friends[id] {
			p.r.Fatalf("%s leaves, and was not in the group", id)
		}
		delete(p.model().friends, id)
	}
}

func (p *play) write() {
	path, text := p.text("path", "Specs/Design.md", "Budget/Plan.csv", "Readme.txt", "Specs/New.txt"), fmt.Sprint("written ", rapid.IntRange(0, 1000).Draw(p.r, "text"))
	if p.ask(http.MethodPut, p.in.item(path)+"/content", text).ok() {
		p.model().files[path] = text
	}
}

func (p *play) removeItem() {
	place := p.place()
	if !p.ask(http.MethodDelete, p.in.item(place), "").ok() {
		return
	}
	for path := range maps.Clone(p.model().files) {
		if path == place || strings.HasPrefix(path, place+"/") {
			delete(p.model().files, path)
		}
	}
	for path := range p.model().given {
		if path == place || strings.HasPrefix(path, place+"/") {
			delete(p.model().given, path)
		}
	}
	maps.DeleteFunc(p.model().pending, func(_, at string) bool { return at == place || strings.HasPrefix(at, place+"/") })
}

// settings changes what the organisation lets pass.
func (p *play) settings() {
	switch rapid.IntRange(0, 2).Draw(p.r, "setting") {
	case 0:
		p.control(http.MethodPatch, "tenants/"+p.in.ID, fmt.Sprintf(`{"sharing":{"SharingCapability":%d}}`, rapid.IntRange(0, 3).Draw(p.r, "level")))
	case 1:
		era := p.text("era", "classic", "otp", "b2b", "b2b-only")
		if p.control(http.MethodPatch, "tenants/"+p.in.ID, `{"profile":"`+era+`"}`).ok() {
			p.model().era = era
		}
	case 2:
		from := p.text("who", "everyone", "adminsAndGuestInviters", "none", "everyone")
		p.manage(http.MethodPatch, graphHost+"/v1.0/policies/authorizationPolicy", `{"allowInvitesFrom":"`+from+`"}`)
	}
}

func (p *play) clock() {
	p.in = nil
	for _, m := range p.side.firms {
		clear(m.pending) // some end now
	}
	p.control(http.MethodPost, "clock/advance", `{"by":"`+p.text("by", "PT1M", "P1D", "P8D", "P100D")+`"}`)
}

// snapshot keeps the world as it is, or takes it back.
func (p *play) snapshot() {
	p.in = nil
	if p.side.kept != nil && rapid.Bool().Draw(p.r, "back") {
		p.control(http.MethodPost, "snapshots/then/restore", "")
		p.side.guests = map[string]string{} // an id can become another person's now
		for name, m := range p.side.kept {
			p.side.firms[name] = m.clone()
		}
		return
	}
	p.control(http.MethodPost, "snapshots", `{"name":"then"}`)
	p.side.kept = map[string]*firmModel{}
	for name, m := range p.side.firms {
		p.side.kept[name] = m.clone()
	}
}
