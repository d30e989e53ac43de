package sharing_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestDecideSync changes one thing at a time of a guest who may sync a folder.
func TestDecideSync(t *testing.T) {
	t.Parallel()
	good := sharing.SyncFacts{Library: true, Guest: true, Redeemed: true, Home: state.HomeEntra, HasAccess: true}
	for name, row := range map[string]struct {
		change func(*sharing.SyncFacts)
		want   sharing.SyncVerdict
	}{
		"a guest with a work account":        {func(*sharing.SyncFacts) {}, sharing.SyncAllowed},
		"by a link for him":                  {func(f *sharing.SyncFacts) { f.Link = state.LinkUsers }, sharing.SyncAllowed},
		"by a link for anyone":               {func(f *sharing.SyncFacts) { f.Link = state.LinkAnonymous }, sharing.SyncAnonymousLink},
		"a single file":                      {func(f *sharing.SyncFacts) { f.File = true }, sharing.SyncSingleFile},
		"a list":                             {func(f *sharing.SyncFacts) { f.Library = false }, sharing.SyncNotALibrary},
		"nobody in the directory":            {func(f *sharing.SyncFacts) { f.Guest = false }, sharing.SyncNoGuest},
		"invited, not redeemed":              {func(f *sharing.SyncFacts) { f.Redeemed = false }, sharing.SyncNotRedeemed},
		"a Microsoft account":                {func(f *sharing.SyncFacts) { f.Home = state.HomeMicrosoft }, sharing.SyncPersonalAccount},
		"a code by mail":                     {func(f *sharing.SyncFacts) { f.Home = state.HomeOTP }, sharing.SyncCodeOnly},
		"no permission":                      {func(f *sharing.SyncFacts) { f.HasAccess = false }, sharing.SyncNoPermission},
		"sharing turned off":                 {func(f *sharing.SyncFacts) { f.HasAccess, f.Denied = false, problem.SharingDisabled }, sharing.SyncSharingOff},
		"sharing turned off for the site":    {func(f *sharing.SyncFacts) { f.HasAccess, f.Denied = false, problem.SiteSharingDisabled }, sharing.SyncSharingOff},
		"a blocked domain":                   {func(f *sharing.SyncFacts) { f.HasAccess, f.Denied = false, problem.SharingDomainBlocked }, sharing.SyncDomainBlocked},
		"external sync blocked":              {func(f *sharing.SyncFacts) { f.Blocked = true }, sharing.SyncBlockedByPolicy},
		"the old sign-in":                    {func(f *sharing.SyncFacts) { f.ADAL = true }, sharing.SyncAllowed},
		"the old sign-in, with the issue":    {func(f *sharing.SyncFacts) { f.ADAL, f.ADALIssue = true, true }, sharing.SyncADALRefused},
		"a new sign-in, with the issue":      {func(f *sharing.SyncFacts) { f.ADALIssue = true }, sharing.SyncAllowed},
		"owes a second factor":               {func(f *sharing.SyncFacts) { f.OwesMFA = true }, sharing.SyncAllowed},
		"owes a second factor, with issue":   {func(f *sharing.SyncFacts) { f.OwesMFA, f.MFAIssue = true, true }, sharing.SyncSecondFactor},
		"a colleague":                        {func(f *sharing.SyncFacts) { f.Member, f.Guest, f.Blocked = true, true, true }, sharing.SyncAllowed},
		"a colleague without a permission":   {func(f *sharing.SyncFacts) { f.Member, f.HasAccess = true, false }, sharing.SyncNoPermission},
		"a file by a link for anyone":        {func(f *sharing.SyncFacts) { f.File, f.Link = true, state.LinkAnonymous }, sharing.SyncAnonymousLink},
		"an unredeemed invitee, single file": {func(f *sharing.SyncFacts) { f.File, f.Guest, f.Redeemed = true, false, false }, sharing.SyncSingleFile},
	} {
		f := good
		row.change(&f)
		got := sharing.DecideSync(f)
		if got != row.want {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
		if (got.Text() == "") != (got == sharing.SyncAllowed) {
			t.Errorf("%s: %q is explained as %q", name, got, got.Text())
		}
	}
}

func TestSyncEligibility(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	eligible := func(address string, at drive.Place, l state.Link) sharing.Eligibility {
		var e sharing.Eligibility
		w.do(func(tx *state.Tx) { e = sharing.SyncEligibility(tx, address, at, l, false, links.Origin{}) })
		return e
	}
	library := drive.Place{Site: w.marketing, List: w.library}
	w.do(func(tx *state.Tx) { w.share(tx, w.folder, "kim@fabrikam.com") })
	if e := eligible("kim@fabrikam.com", w.folder, state.Link{}); e.Eligible || e.Reason != sharing.SyncNoGuest.Text() {
		t.Errorf("before redemption: %+v", e)
	}
	w.do(func(tx *state.Tx) { w.redeem(tx, "kim@fabrikam.com", w.kim) })
	e := eligible("Kim@Fabrikam.com", w.folder, state.Link{})
	if !e.Eligible || !strings.HasPrefix(e.ODOpen, "odopen://sync/?") {
		t.Fatalf("after redemption: %+v", e)
	}
	q, err := url.ParseQuery(strings.TrimPrefix(e.ODOpen, "odopen://sync/?"))
	w.check(err)
	for name, want := range map[string]string{
		"userEmail": "kim@fabrikam.com", "siteId": "{" + w.marketing.ID + "}", "webId": "{" + w.marketing.WebID + "}", "listId": "{" + w.library.ID + "}",
		"webUrl": "https://contoso.sharepoint.com/sites/marketing", "scope": "OPENFOLDER", "folderName": "Campaigns", "tenantName": "contoso",
		"folderUrl": "https://contoso.sharepoint.com/sites/marketing/Shared%20Documents/Campaigns", "version": "1", "isSiteAdmin": "0",
	} {
		if got := q.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if e := eligible("kim@fabrikam.com", library, state.Link{}); e.Eligible {
		t.Error("a folder's permission is enough for the library")
	}
	if e := eligible("kim@fabrikam.com", w.file, state.Link{}); e.Reason != sharing.SyncSingleFile.Text() {
		t.Errorf("a file: %+v", e)
	}
	if e := eligible("megan@contoso.com", library, state.Link{}); !e.Eligible {
		t.Errorf("a colleague: %+v", e)
	}
	w.set(map[string]any{"SharingCapability": 0})
	if e := eligible("kim@fabrikam.com", w.folder, state.Link{}); e.Reason != sharing.SyncSharingOff.Text() {
		t.Errorf("sharing turned off: %+v", e)
	}
}

func TestPersonalAccountsDoNotSync(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		made, err := b2b.Manager{}.Invite(tx, as(w.admin), b2b.Request{Email: "erin@outlook.com", RedirectURL: "https://example.com/"})
		w.check(err)
		_, err = b2b.Manager{}.Redeem(tx, made.Invitation, directory.Account(w.erin))
		w.check(err)
		w.share(tx, w.folder, "erin@outlook.com")
	})
	w.do(func(tx *state.Tx) {
		e := sharing.SyncEligibility(tx, "erin@outlook.com", w.folder, state.Link{}, false, links.Origin{})
		if e.Reason != sharing.SyncPersonalAccount.Text() {
			t.Errorf("got %+v", e)
		}
	})
}

func TestExplain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.guestOf()
	at := drive.Place{Site: w.intranet}
	disabled := g
	disabled.AccountEnabled = false
	w.do(func(tx *state.Tx) {
		for _, row := range []struct {
			name      string
			who       state.User
			action    string
			at        drive.Place
			to        string
			allowed   bool
			setting   string
			otherwise string
		}{
			{"an owner reads", w.megan, sharing.ActionRead, w.folder, "", true, sharing.ViaSiteGroup, ""},
			{"a guest reads", g, sharing.ActionRead, w.folder, "", true, sharing.ViaPermission, ""},
			{"a guest writes", g, sharing.ActionWrite, w.folder, "", false, sharing.ViaPermission, "AccessDenied"},
			{"a stranger reads", w.lee, sharing.ActionRead, w.folder, "", false, "permissions", "AccessDenied"},
			{"sharing with somebody new", w.megan, sharing.ActionShare, w.folder, "sam@fabrikam.com", true, "SharingCapability", ""},
			{"sharing outside of a closed site", w.megan, sharing.ActionShareExternally, at, "", false, "SiteDefinedSharingCapability", "SiteSharingDisabled"},
			{"sharing inside of a closed site", w.megan, sharing.ActionShare, at, "lee@contoso.com", true, "role", ""},
			{"a link for anyone to a closed site", w.megan, sharing.ActionAnonymousLink, at, "", false, "SiteDefinedSharingCapability", "SiteSharingDisabled"},
			{"nobody", w.megan, sharing.ActionShare, w.folder, "nobody-here", false, "nobody-here", "RecipientUnresolved"},
			{"a guest syncs", g, sharing.ActionSync, w.folder, "", true, "B2B Sync", ""},
			{"a guest syncs a file", g, sharing.ActionSync, w.file, "", false, "B2B Sync", "SingleFile"},
			{"inviting", w.megan, sharing.ActionInvite, w.folder, "sam@fabrikam.com", true, "allowInvitesFrom", ""},
			{"inviting a colleague", w.megan, sharing.ActionInvite, w.folder, "lee@contoso.com", false, "domains", "InviteeInTenant"},
			{"a guest whose account is disabled reads", disabled, sharing.ActionRead, w.folder, "", false, "accountEnabled", "UserDisabled"},
			{"an unknown action", w.megan, "fly", w.folder, "", false, "action", "InvalidProperty"},
		} {
			e := w.m.Explain(tx, as(row.who), row.action, row.at, row.to)
			if e.Allowed != row.allowed || e.Setting != row.setting || e.Reason != row.otherwise || e.Text == "" {
				t.Errorf("%s: %+v", row.name, e)
			}
		}
		w.check(sharing.SetTenant(tx, as(w.admin), w.contoso.ID, map[string]any{"SharingDomainRestrictionMode": 1, "SharingAllowedDomainList": "adatum.com"}))
		if e := w.m.Explain(tx, as(g), sharing.ActionRead, w.folder, ""); e.Allowed || e.Setting != "SharingDomainRestrictionMode" || e.Reason != "SharingDomainBlocked" {
			t.Errorf("a guest of another domain: %+v", e)
		}
		if e := w.m.Explain(tx, as(w.megan), sharing.ActionShareExternally, w.folder, ""); !e.Allowed {
			t.Errorf("with whom the list allows: %+v", e)
		}
	})
}
