package control

import (
	"net/http"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func explainEndpoints() []endpoint {
	return []endpoint{
		{Method: http.MethodPost, Path: "/explain", Summary: "may somebody do something, and which setting decides", Body: question{}, Reply: explanation{}, handle: taking(postExplain)},
		{
			Method: http.MethodGet, Path: "/sync/eligibility", Summary: "may somebody B2B-sync a place", Reply: eligibility{}, handle: getEligibility,
			Query: []param{text("user", "sign-in address at home"), text("url", "address of the place, or a sharing link"), choice("signIn", "adal for a sign-in of the old kind", "adal")},
		},
	}
}

type question struct {
	Tenant    string `json:"tenant" doc:"id or domain of the organisation that owns the target"`
	Actor     string `json:"actor" doc:"sign-in address at home, or a client id"`
	Action    string `json:"action" doc:"read, write, share, shareExternally, anonymousLink, sync or invite"`
	Target    string `json:"target,omitempty" doc:"address of a site, library, folder or file; the root site if not given"`
	Recipient string `json:"recipient,omitempty" doc:"whom it is to be shared with"`
}

type explanation struct {
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason,omitempty" doc:"stable name of the refusal"`
	Setting string `json:"setting,omitempty" doc:"the setting or grant that decided"`
	Text    string `json:"text,omitempty"`
}

func postExplain(c *call, b question) (any, error) {
	var out explanation
	// Looking may make the OneDrive or root site that is asked for; so it is a write that is thrown away.
	err := c.update(func(tx *state.Tx) error {
		t, err := directory.ResolveTenant(tx, b.Tenant)
		if err != nil {
			return err
		}
		at, _, err := target(tx, t, b.Target)
		if err != nil {
			return err
		}
		e := c.Sharing.Explain(tx, actorOf(tx, t.ID, b.Actor), b.Action, at, b.Recipient)
		out = explanation{e.Allowed, e.Reason, e.Setting, e.Text}
		return nil
	})
	return orError(out, err)
}

// actorOf is somebody as the tenant knows him; a stranger has no object there.
func actorOf(tx *state.Tx, tenant, name string) directory.Principal {
	p := directory.Principal{Tenant: tenant}
	if sp, ok := directory.ServicePrincipalByAppID(tx, tenant, name); ok {
		p.AppID, p.ServicePrincipalID = sp.AppID, sp.ID
		if res, ok := directory.ResourceByAppID(tx, directory.SharePointAppID); ok {
			p.Roles = append(p.Roles, directory.GrantedRoles(tx, tenant, sp.AppID, res)...)
		}
		if res, ok := directory.ResourceByAppID(tx, directory.GraphAppID); ok {
			p.Roles = append(p.Roles, directory.GrantedRoles(tx, tenant, sp.AppID, res)...)
		}
		return p
	}
	if u, err := directory.FindUser(tx, tenant, name); err == nil {
		p.User = u
		return p
	}
	found := directory.Discover(tx, name)
	if u, ok := directory.ObjectOf(tx, tenant, found.Account); ok {
		p.User = u
	} else {
		p.Email = name
	}
	return p
}

// target finds the place that an address names; link is the sharing link that it is, zero for none.
func target(tx *state.Tx, t state.Tenant, address string) (at drive.Place, link state.Link, err error) {
	if address == "" {
		return drive.Place{Site: drive.EnsureRootSite(tx, t.ID)}, link, nil
	}
	to, ok := links.Follow(address, publicHost(tx))
	if !ok || to.Place.Service != links.SharePoint {
		return at, link, problem.For(problem.Invalid, problem.InvalidProperty, "target", "%q is no address of a SharePoint place", address)
	}
	if to.Place.Prefix != t.SharePointPrefix() {
		return at, link, problem.For(problem.NotFound, problem.SiteNotFound, "target", "%q belongs to another organisation than %s", address, t.DisplayName)
	}
	if to.Kind == links.SharingLinkURL {
		l, ok := tx.LinkByToken(t.ID, to.Token)
		if !ok {
			return at, link, problem.For(problem.NotFound, problem.LinkNotFound, "target", "there is no such link")
		}
		at, err = drive.PlaceOf(tx, t.ID, l.On)
		return at, l, err
	}
	at, err = drive.PlaceAt(tx, t.ID, to.Place.Host == links.My, to.Path)
	return at, link, err
}

type eligibility struct {
	Eligible bool   `json:"eligible"`
	Reason   string `json:"reason,omitempty"`
	ODOpen   string `json:"odopen,omitempty" doc:"address that starts the sync client"`
}

func getEligibility(c *call) (any, error) {
	var out eligibility
	err := c.view(func(tx *state.Tx) error {
		to, ok := links.Follow(c.query("url"), publicHost(tx))
		if !ok || to.Place.Service != links.SharePoint {
			return problem.For(problem.Invalid, problem.InvalidProperty, "url", "%q is no address of a SharePoint place", c.query("url"))
		}
		t, ok := tx.TenantByPrefix(to.Place.Prefix)
		if !ok {
			return problem.For(problem.NotFound, problem.TenantNotFound, "url", "no organisation has this address")
		}
		at, link, err := target(tx, t, c.query("url"))
		if err != nil {
			return err
		}
		e := sharing.SyncEligibility(tx, c.query("user"), at, link, c.query("signIn") == "adal", to.Place.Origin)
		out = eligibility{e.Eligible, e.Reason, e.ODOpen}
		return nil
	})
	return orError(out, err)
}
