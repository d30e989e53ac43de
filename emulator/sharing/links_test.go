package sharing_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func (w *world) link(tx *state.Tx, r sharing.LinkRequest) state.Link {
	w.tb.Helper()
	l, _, err := w.m.CreateLink(tx, as(w.megan), r)
	w.check(err)
	return l
}

func TestAnonymousLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var l state.Link
	w.do(func(tx *state.Tx) {
		l = w.link(tx, sharing.LinkRequest{At: w.folder, Scope: state.LinkAnonymous, Type: "view", Password: "copper"})
	})
	for password, reason := range map[string]problem.Reason{"": problem.LinkPasswordRequired, "iron": problem.LinkPasswordWrong} {
		w.fails(reason, func(tx *state.Tx) error {
			_, err := w.m.OpenLink(tx, l.Token, sharing.Visit{Tenant: w.contoso.ID, Password: password})
			return err
		})
	}
	holder := directory.Principal{Tenant: w.contoso.ID, LinkIDs: []string{l.ID}}
	w.do(func(tx *state.Tx) {
		landed, err := w.m.OpenLink(tx, l.Token, sharing.Visit{Tenant: w.contoso.ID, Password: "copper"})
		w.check(err)
		if landed.Role != state.RoleRead || landed.Guest.ID != "" {
			t.Errorf("landed %+v", landed)
		}
		if got := w.role(tx, holder, w.file); got != state.RoleRead {
			t.Errorf("who holds the link has %q", got)
		}
		if got := w.role(tx, directory.Principal{Tenant: w.contoso.ID}, w.file); got != "" {
			t.Errorf("who does not hold it has %q", got)
		}
	})
	w.set(map[string]any{"SharingCapability": 1})
	w.do(func(tx *state.Tx) {
		a := sharing.AccessTo(tx, holder, w.file)
		if a.Role != "" || problem.ReasonOf(a.Denied) != problem.AnonymousNotAllowed {
			t.Errorf("access %+v", a)
		}
	})
	w.fails(problem.AnonymousNotAllowed, func(tx *state.Tx) error {
		_, err := w.m.OpenLink(tx, l.Token, sharing.Visit{Tenant: w.contoso.ID, Password: "copper"})
		return err
	})
	w.set(map[string]any{"SharingCapability": 2}) // and back: the link works as before
	w.do(func(tx *state.Tx) {
		if got := w.role(tx, holder, w.file); got != state.RoleRead {
			t.Errorf("after raising the level again: %q", got)
		}
	})
}

func TestLinkThatBlocksDownloads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		w.link(tx, sharing.LinkRequest{At: w.folder, Scope: state.LinkUsers, Type: "blocksDownload", Recipients: []sharing.Recipient{{Email: "lee@contoso.com"}}})
		w.check(sharing.Require(tx, as(w.lee), w.file, state.RoleRead))
		if err := sharing.RequireContent(tx, as(w.lee), w.file); problem.ReasonOf(err) != problem.AccessDenied {
			t.Errorf("the bytes: %v", err)
		}
		w.share(tx, w.file, "lee@contoso.com") // another grant gives them
		w.check(sharing.RequireContent(tx, as(w.lee), w.file))
	})
}

func TestOrganizationLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		l := w.link(tx, sharing.LinkRequest{At: w.folder, Scope: state.LinkOrganization, Type: "edit"})
		if got := w.role(tx, as(w.lee), w.folder); got != "" {
			t.Errorf("before opening %q", got)
		}
		_, err := w.m.OpenLink(tx, l.Token, sharing.Visit{Tenant: w.contoso.ID, Account: directory.Account(w.lee), Peek: true})
		w.check(err)
		if got := w.role(tx, as(w.lee), w.folder); got != "" {
			t.Errorf("after a look that is not to last %q", got)
		}
		_, err = w.m.OpenLink(tx, l.Token, w.visit(w.lee))
		w.check(err)
		if got := w.role(tx, as(w.lee), w.folder); got != state.RoleWrite {
			t.Errorf("after opening %q", got)
		}
		if _, err = w.m.OpenLink(tx, l.Token, w.visit(w.kim)); problem.ReasonOf(err) != problem.AccessDenied {
			t.Errorf("a stranger: %v", err)
		}
		w.check(w.m.DeleteLink(tx, as(w.megan), l))
		if got := w.role(tx, as(w.lee), w.folder); got != "" {
			t.Errorf("after the link was deleted %q", got)
		}
	})
}

func TestSameLinkAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		ask := func(r sharing.LinkRequest) (string, bool) {
			r.At = w.file
			l, created, err := w.m.CreateLink(tx, as(w.megan), r)
			w.check(err)
			return l.ID, created
		}
		first, created := ask(sharing.LinkRequest{Scope: state.LinkOrganization, Type: "view", AppID: "app"})
		if !created {
			t.Error("the first link is not new")
		}
		if again, created := ask(sharing.LinkRequest{Scope: state.LinkOrganization, Type: "view", AppID: "app"}); created || again != first {
			t.Errorf("asked again: %s, new %v", again, created)
		}
		dated, _ := ask(sharing.LinkRequest{Scope: state.LinkAnonymous, Type: "edit", AppID: "app", ExpiresAt: w.now.Add(time.Hour)})
		if again, created := ask(sharing.LinkRequest{Scope: state.LinkAnonymous, Type: "edit", AppID: "app"}); created || again != dated {
			t.Errorf("asked again without an expiry: %s, new %v", again, created)
		}
		for name, r := range map[string]sharing.LinkRequest{
			"another type":        {Scope: state.LinkOrganization, Type: "edit", AppID: "app"},
			"another scope":       {Scope: state.LinkAnonymous, Type: "view", AppID: "app"},
			"another application": {Scope: state.LinkOrganization, Type: "view"},
			"its own password":    {Scope: state.LinkAnonymous, Type: "view", AppID: "app", Password: "x"},
			"its own expiry":      {Scope: state.LinkOrganization, Type: "view", AppID: "app", ExpiresAt: w.now.Add(time.Hour)},
		} {
			if id, created := ask(r); !created || id == first {
				t.Errorf("%s: %s, new %v", name, id, created)
			}
		}
	})
}

func TestLifeOfAnonymousLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var free, long state.Link
	w.do(func(tx *state.Tx) {
		free = w.link(tx, sharing.LinkRequest{At: w.file, Scope: state.LinkAnonymous, Type: "view"})
		long = w.link(tx, sharing.LinkRequest{At: w.file, Scope: state.LinkAnonymous, Type: "view", ExpiresAt: w.now.AddDate(0, 0, 300)})
	})
	w.set(map[string]any{"RequireAnonymousLinksExpireInDays": "30"})
	limit := w.now.AddDate(0, 0, 30)
	w.do(func(tx *state.Tx) {
		for _, id := range []string{free.ID, long.ID} {
			if l, _ := tx.Link(w.contoso.ID, id); !l.ExpiresAt.Equal(limit) {
				t.Errorf("an older link ends at %v", l.ExpiresAt)
			}
		}
		made := w.link(tx, sharing.LinkRequest{At: w.folder, Scope: state.LinkAnonymous, Type: "view", ExpiresAt: w.now.AddDate(0, 0, 300)})
		if !made.ExpiresAt.Equal(limit) {
			t.Errorf("a new link ends at %v", made.ExpiresAt)
		}
	})
	w.set(map[string]any{"RequireAnonymousLinksExpireInDays": -1})
	w.do(func(tx *state.Tx) {
		if l, _ := tx.Link(w.contoso.ID, long.ID); !l.ExpiresAt.Equal(limit) {
			t.Errorf("a longer bound moved the link to %v", l.ExpiresAt)
		}
	})
	w.now = limit
	w.fails(problem.LinkExpired, func(tx *state.Tx) error {
		_, err := w.m.OpenLink(tx, long.Token, sharing.Visit{Tenant: w.contoso.ID})
		return err
	})
}

func TestLinksThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, row := range map[string]struct {
		r      sharing.LinkRequest
		reason problem.Reason
	}{
		"unknown type":           {sharing.LinkRequest{At: w.file, Scope: state.LinkAnonymous, Type: "embed"}, problem.InvalidProperty},
		"unknown scope":          {sharing.LinkRequest{At: w.file, Scope: "world", Type: "view"}, problem.InvalidProperty},
		"expired already":        {sharing.LinkRequest{At: w.file, Scope: state.LinkAnonymous, Type: "view", ExpiresAt: w.now.Add(-time.Hour)}, problem.InvalidProperty},
		"password for members":   {sharing.LinkRequest{At: w.file, Scope: state.LinkOrganization, Type: "view", Password: "x"}, problem.InvalidProperty},
		"uploads into a file":    {sharing.LinkRequest{At: w.file, Scope: state.LinkAnonymous, Type: "createOnly"}, problem.InvalidProperty},
		"a group as a recipient": {sharing.LinkRequest{At: w.file, Scope: state.LinkUsers, Type: "view", Recipients: []sharing.Recipient{{LoginName: "c:0(.s|true"}}}, problem.RecipientUnresolved},
		"nobody as a recipient":  {sharing.LinkRequest{At: w.file, Scope: state.LinkUsers, Type: "view", Recipients: []sharing.Recipient{{Alias: "nobody-here"}}}, problem.RecipientUnresolved},
		"closed site":            {sharing.LinkRequest{At: drive.Place{Site: w.intranet}, Scope: state.LinkAnonymous, Type: "view"}, problem.SiteSharingDisabled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := w.st.Update(func(tx *state.Tx) error {
				_, _, err := w.m.CreateLink(tx, as(w.megan), row.r)
				return err
			})
			if problem.ReasonOf(err) != row.reason || err == nil {
				t.Errorf("got %v, want %v", err, row.reason)
			}
		})
	}
	w.fails(problem.AccessDenied, func(tx *state.Tx) error {
		_, _, err := w.m.CreateLink(tx, as(w.lee), sharing.LinkRequest{At: w.file, Scope: state.LinkOrganization, Type: "view"})
		return err
	})
}

func TestLinkURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		for _, row := range []struct {
			at     drive.Place
			prefix string
		}{
			{w.file, "https://contoso.sharepoint.com/:t:/s/marketing/E"},
			{w.folder, "https://contoso.sharepoint.com/:f:/s/marketing/E"},
		} {
			l := w.link(tx, sharing.LinkRequest{At: row.at, Scope: state.LinkOrganization, Type: "view"})
			address := sharing.LinkURL(tx, links.Origin{}, l)
			if !strings.HasPrefix(address, row.prefix) {
				t.Errorf("%s does not begin with %s", address, row.prefix)
			}
			if f, ok := links.Follow(address, ""); !ok || f.Kind != links.SharingLinkURL || f.Token != l.Token {
				t.Errorf("%s leads to %+v", address, f)
			}
			g, ok := tx.SiteGroup(w.contoso.ID, w.marketing.ID, l.GroupID)
			if !ok || !g.Hidden || g.Title != "SharingLinks."+row.at.Item.ID+".OrganizationView."+l.ID {
				t.Errorf("the link's group is %+v", g)
			}
		}
	})
}

func TestGrantIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		w.share(tx, w.folder, "lee@contoso.com")
		w.share(tx, w.file, "lee@contoso.com")
		id := base64.RawURLEncoding.EncodeToString([]byte("i:0#.f|membership|lee@contoso.com"))
		for _, at := range []drive.Place{w.folder, w.file} {
			g, err := sharing.FindGrant(tx, as(w.megan), at, id)
			w.check(err)
			if g.Permission.ObjectID != w.lee.ID || g.Inherited {
				t.Errorf("%s names %+v", id, g)
			}
		}
	})
	w.fails(problem.InsufficientRights, func(tx *state.Tx) error { // what stands above is removed there
		for _, g := range sharing.Grants(tx, as(w.megan), w.file) {
			if g.Inherited {
				return w.m.RemovePermission(tx, as(w.megan), w.file, g.Permission.ID)
			}
		}
		return nil
	})
	w.do(func(tx *state.Tx) {
		for _, g := range sharing.Grants(tx, as(w.lee), w.file) {
			if g.Permission.ObjectID != w.lee.ID {
				t.Errorf("a reader sees %+v", g)
			}
		}
	})
}
