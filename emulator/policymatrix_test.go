package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/graphapi"
	"github.com/tennantite/tennantite/spoapi"
	"github.com/tennantite/tennantite/tokens"
)

// matrix is an organisation with a shared folder, everybody who can be shared with, everybody who shares, and both faces.
type matrix struct {
	tb            testing.TB
	st            *state.Store
	tokens        *tokens.Service
	graph, rest   http.Handler
	contoso       state.Tenant
	site          state.Site
	folder        drive.Place
	folderAddress string
	driveID       string
	sharers       []matrixSharer
}

type matrixSharer struct {
	name        string
	role        state.Role
	guest       bool
	graph, rest string // tokens
}

type matrixRecipient struct {
	kind    sharing.Kind
	address string
}

func matrixRecipients() []matrixRecipient {
	return []matrixRecipient{
		{sharing.KindMember, "lee@contoso.com"},
		{sharing.KindGuest, "gina@fabrikam.com"},
		{sharing.KindPendingGuest, "paul@fabrikam.com"},
		{sharing.KindNewWork, "kim@fabrikam.com"},
		{sharing.KindNewPersonal, "erin@outlook.com"},
		{sharing.KindNewAddress, "ines@nodomain.example"},
	}
}

func newMatrix(tb testing.TB, pool *tokens.Pool) *matrix {
	tb.Helper()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	m := &matrix{tb: tb, st: state.New(state.Options{Now: func() time.Time { return now }, Seed: 3}), tokens: &tokens.Service{Keys: pool}}
	share := sharing.Manager{B2B: b2b.Manager{}}
	var err error
	m.graph, err = graphapi.New(graphapi.Options{Tokens: m.tokens, Sharing: share})
	m.check(err)
	m.rest, err = spoapi.New(spoapi.Options{Tokens: m.tokens, Sharing: share})
	m.check(err)
	m.check(m.st.Update(func(tx *state.Tx) error {
		tokens.Bind(tx, "main")
		m.populate(tx)
		return nil
	}))
	return m
}

func (m *matrix) check(err error) {
	m.tb.Helper()
	if err != nil {
		m.tb.Fatal(err)
	}
}

func (m *matrix) tenant(tx *state.Tx, name string) state.Tenant {
	t, err := directory.AddTenant(tx, state.Tenant{
		DisplayName: name, InitialDomain: name + ".onmicrosoft.com", Domains: []state.Domain{{Name: name + ".com", Default: true}},
	})
	m.check(err)
	return t
}

func (m *matrix) user(tx *state.Tx, tenant, upn string) state.User {
	u, err := directory.AddUser(tx, directory.SystemPrincipal(tenant), state.User{
		TenantID: tenant, UserPrincipalName: upn, Mail: upn, DisplayName: upn, AccountEnabled: true, Password: "secret",
	})
	m.check(err)
	return u
}

func (m *matrix) guest(tx *state.Tx, home state.User, redeemed bool) state.User {
	g, err := directory.AddGuest(tx, directory.SystemPrincipal(m.contoso.ID), directory.GuestSpec{TenantID: m.contoso.ID, Email: home.Mail})
	m.check(err)
	if redeemed {
		g, err = directory.CompleteRedemption(tx, g, directory.Account(home))
		m.check(err)
	}
	return g
}

func (m *matrix) populate(tx *state.Tx) {
	directory.AddConsumers(tx)
	m.contoso = m.tenant(tx, "contoso")
	fabrikam, tailspin := m.tenant(tx, "fabrikam"), m.tenant(tx, "tailspin")
	megan, lee, mia, rob := m.user(tx, m.contoso.ID, "megan@contoso.com"), m.user(tx, m.contoso.ID, "lee@contoso.com"), m.user(tx, m.contoso.ID, "mia@contoso.com"), m.user(tx, m.contoso.ID, "rob@contoso.com")
	_ = lee // is shared with
	m.user(tx, fabrikam.ID, "kim@fabrikam.com")
	m.user(tx, state.ConsumersTenantID, "erin@outlook.com")
	m.guest(tx, m.user(tx, fabrikam.ID, "gina@fabrikam.com"), true)
	m.guest(tx, m.user(tx, fabrikam.ID, "paul@fabrikam.com"), false)
	grace := m.guest(tx, m.user(tx, tailspin.ID, "grace@tailspin.com"), true)

	open := state.ExternalUserAndGuestSharing
	s, err := drive.AddSite(tx, drive.SiteSpec{TenantID: m.contoso.ID, Path: "/sites/marketing", Title: "Marketing", Capability: &open, By: state.Actor{UserID: megan.ID}})
	m.check(err)
	m.site = s
	for as, u := range map[drive.SiteMember]state.User{drive.SiteOwners: megan, drive.SiteMembers: mia, drive.SiteVisitors: rob} {
		m.check(drive.AddToSite(tx, s, as, u))
	}
	m.check(drive.AddToSite(tx, s, drive.SiteMembers, grace))
	l, _ := drive.DefaultLibrary(tx, s)
	f, err := drive.EnsureFolder(tx, l, "Campaigns", state.Actor{UserID: megan.ID})
	m.check(err)
	m.folder = drive.Place{Site: s, List: l, Item: f}
	m.folderAddress, m.driveID = sharing.PlaceURL(tx, links.Origin{}, m.folder), drive.DriveID(s, l)
	for _, who := range []struct {
		name string
		u    state.User
		role state.Role
	}{{"owner", megan, state.RoleOwner}, {"member", mia, state.RoleWrite}, {"visitor", rob, state.RoleRead}, {"guest who edits", grace, state.RoleWrite}} {
		m.sharers = append(m.sharers, matrixSharer{
			name: who.name, role: who.role, guest: who.u.External(),
			graph: m.token(tx, who.u, "https://graph.microsoft.com", "Files.ReadWrite.All"), rest: m.token(tx, who.u, "https://contoso.sharepoint.com", "AllSites.FullControl"),
		})
	}
}

func (m *matrix) token(tx *state.Tx, u state.User, resource, scope string) string {
	t, err := m.tokens.Mint(tx, tokens.MintRequest{TenantID: m.contoso.ID, As: u.ID, Resource: resource, Scopes: []string{scope}})
	m.check(err)
	return t.Token
}

// cell is one combination, with what the pure decision says about it.
type cell struct {
	sharer matrixSharer
	to     matrixRecipient
	way    sharing.Way
}

func (m *matrix) cell(q sharing.Policy, s matrixSharer, to matrixRecipient) cell {
	by := sharing.Sharer{Role: s.role, Outsider: s.guest, MayAnyone: true, MayGuests: true}
	if s.guest && (q.Tenant.Rank() == 0 || q.Site.Rank() == 0) {
		by.Role = "" // he is kept out himself
	}
	way, _ := sharing.Decide(sharing.Question{Policy: q, By: by, To: sharing.Whom{Kind: to.kind, Address: to.address}, Item: true})
	return cell{s, to, way}
}

// outcome is what a share left behind.
type outcome struct{ guests, invitations, links, permissions int }

func (m *matrix) count() (o outcome) {
	m.check(m.st.View(func(tx *state.Tx) error {
		for range tx.UsersOfType(m.contoso.ID, state.Guest) {
			o.guests++
		}
		for range tx.SharingInvitations(m.contoso.ID) {
			o.invitations++
		}
		for range tx.LinksOn(m.contoso.ID, m.folder.Securable()) {
			o.links++
		}
		for p := range tx.PermissionsOn(m.contoso.ID, m.folder.Securable()) {
			if p.To == state.ToUser {
				o.permissions++
			}
		}
		return nil
	}))
	return o
}

func leaves(w sharing.Way) outcome {
	return map[sharing.Way]outcome{
		sharing.Refused: {}, sharing.Link: {}, sharing.GrantNow: {permissions: 1}, sharing.Invite: {invitations: 1}, sharing.Code: {links: 1}, sharing.AskB2B: {guests: 1, permissions: 1},
	}[w]
}

func (m *matrix) call(h http.Handler, place links.Place, token, address string, body any) (int, map[string]any) {
	b, err := json.Marshal(body)
	m.check(err)
	req := httptest.NewRequest(http.MethodPost, address, strings.NewReader(string(b)))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json;odata=nometadata")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req.WithContext(links.NewContext(state.NewContext(req.Context(), m.st), place)))
	var answer map[string]any
	m.check(json.Unmarshal(rec.Body.Bytes(), &answer))
	return rec.Code, answer
}

// overGraph shares through driveItem invite; ok tells whether it was done.
func (m *matrix) overGraph(c cell) (ok bool, said string) {
	address := "https://graph.microsoft.com/v1.0/drives/" + m.driveID + "/items/" + drive.ItemID(m.folder.List, m.folder.Item) + "/invite"
	status, answer := m.call(m.graph, links.Place{Service: links.Graph, Name: "graph.microsoft.com"}, c.sharer.graph, address, map[string]any{
		"recipients": []any{map[string]any{"email": c.to.address}}, "roles": []string{"read"}, "requireSignIn": true, "sendInvitation": true,
	})
	return status == http.StatusOK, fmt.Sprint(status, answer["error"])
}

// overREST shares through SP.Web.ShareObject.
func (m *matrix) overREST(c cell) (ok bool, said string) {
	place := links.Place{Service: links.SharePoint, Prefix: "contoso", Name: "contoso.sharepoint.com"}
	status, answer := m.call(m.rest, place, c.sharer.rest, "https://contoso.sharepoint.com/sites/marketing/_api/SP.Web.ShareObject", map[string]any{
		"url": m.folderAddress, "peoplePickerInput": `[{"Key":"` + c.to.address + `"}]`, "roleValue": "role:1073741826", "sendEmail": true,
	})
	code, _ := answer["StatusCode"].(float64)
	return status == http.StatusOK && code == 0, fmt.Sprint(status, code, answer["ErrorMessage"], answer["odata.error"])
}

// TestPolicyMatrix shares in every combination of tenant level × site level × recipient × domain list × profile × sharer,
// through Graph and through REST; both must do what the pure decision says.
func TestPolicyMatrix(t *testing.T) {
	t.Parallel()
	pool, err := tokens.NewPool(tokens.PoolOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, era := range []state.Profile{state.ProfileClassic, state.ProfileOTP, state.ProfileB2B, state.ProfileB2BOnly} {
		t.Run(string(era), func(t *testing.T) {
			t.Parallel()
			m := newMatrix(t, pool)
			base := m.st.Snapshot()
			for tenant := range state.SharingCapability(4) {
				for site := range state.SharingCapability(4) {
					for _, list := range []sharing.Domains{
						{},
						{Mode: 1, Allow: "tailspin.com fabrikam.com outlook.com nodomain.example"},
						{Mode: 1, Allow: "tailspin.com"},
						{Mode: 2, Block: "fabrikam.com outlook.com nodomain.example"},
					} {
						m.st.Restore(base)
						m.ask(sharing.Policy{
							Era: era, Tenant: tenant, TenantSetting: "SharingCapability", Site: site, TenantDomains: list, MembersCanShare: true, GuestsShareOutside: true,
						})
					}
				}
			}
		})
	}
}

// ask puts the organisation under a policy and shares in every combination of sharer and recipient.
func (m *matrix) ask(q sharing.Policy) {
	by := directory.SystemPrincipal(m.contoso.ID)
	m.check(m.st.Update(func(tx *state.Tx) error {
		if err := sharing.SetProfile(tx, m.contoso.ID, q.Era); err != nil {
			return err
		}
		if err := sharing.SetSite(tx, by, m.site, map[string]any{"sharingCapability": int(q.Site)}); err != nil {
			return err
		}
		return sharing.SetTenant(tx, by, m.contoso.ID, map[string]any{
			"SharingCapability": int(q.Tenant), "AllowGuestUserShareToUsersNotInSiteCollection": true, "SharingDomainRestrictionMode": q.TenantDomains.Mode,
			"SharingAllowedDomainList": q.TenantDomains.Allow, "SharingBlockedDomainList": q.TenantDomains.Block,
		})
	}))
	start, before := m.st.Snapshot(), m.count()
	for _, s := range m.sharers {
		for _, to := range matrixRecipients() {
			c := m.cell(q, s, to)
			for face, share := range map[string]func(cell) (bool, string){"Graph": m.overGraph, "REST": m.overREST} {
				m.st.Restore(start)
				ok, said := share(c)
				after := m.count()
				got := outcome{after.guests - before.guests, after.invitations - before.invitations, after.links - before.links, after.permissions - before.permissions}
				if ok != (c.way != sharing.Refused) || got != leaves(c.way) {
					m.tb.Fatalf("%s, tenant %v, site %v, list %+v: %s shares with %s through %s: %s, left %+v; the decision is %d",
						q.Era, q.Tenant, q.Site, q.TenantDomains, s.name, to.address, face, said, got, c.way)
				}
			}
		}
	}
}
