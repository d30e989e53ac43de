package b2b_test

import (
	"slices"
	"testing"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// inviters are all who can ask; holds says which values of allowInvitesFrom let them.
var inviters = []struct {
	name   string
	holds  []string
	member bool // may invite as Member
}{
	{"administrator", []string{"adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"}, true},
	{"guest inviter", []string{"adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"}, false},
	{"member", []string{"adminsGuestInvitersAndAllMembers", "everyone"}, false},
	{"guest", []string{"everyone"}, false},
	{"guest with the role", []string{"adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"}, false},
	{"application", []string{"adminsGuestInvitersAndAllMembers", "everyone"}, true},
	{"system", []string{"none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"}, true},
}

// policies are the settings beside allowInvitesFrom; refuses says how each answers an address of fabrikam and another one.
var policies = []struct {
	name            string
	fabrikam, other problem.Reason
	set             func(tx *state.Tx, w *world) error
}{
	{"open", problem.None, problem.None, func(*state.Tx, *world) error { return nil }},
	{"fabrikam allowed", problem.None, problem.InviteDomainBlocked, func(tx *state.Tx, w *world) error {
		return directory.SetB2BDomains(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, []string{"fabrikam.com"}, nil)
	}},
	{"fabrikam blocked", problem.InviteDomainBlocked, problem.None, func(tx *state.Tx, w *world) error {
		return directory.SetB2BDomains(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, nil, []string{"fabrikam.com"})
	}},
	{"inbound blocked", problem.CrossTenantBlocked, problem.None, func(tx *state.Tx, w *world) error {
		return blockDirection(tx, w.contoso.ID, w.fabrikam.ID, "b2bCollaborationInbound")
	}},
	{"outbound blocked", problem.OutboundBlocked, problem.None, func(tx *state.Tx, w *world) error {
		return blockDirection(tx, w.fabrikam.ID, w.contoso.ID, "b2bCollaborationOutbound")
	}},
}

func blockDirection(tx *state.Tx, tenant, partner, direction string) error {
	blocked := func(target, kind string) map[string]any {
		return map[string]any{"accessType": "blocked", "targets": []any{map[string]any{"target": target, "targetType": kind}}}
	}
	return directory.SetCrossTenantPartner(tx, directory.SystemPrincipal(tenant), tenant, partner, map[string]any{direction: map[string]any{
		"usersAndGroups": blocked("AllUsers", "user"), "applications": blocked("AllApplications", "application"),
	}})
}

// targets are the kinds of address that can be invited.
var targets = []struct {
	address  string
	fabrikam bool
	inTenant bool
}{
	{"kim@fabrikam.com", true, false},
	{"KIM@Fabrikam.com", true, false},
	{"erin@outlook.com", false, false},
	{frank, false, false},
	{"newhire@contoso.com", false, true},
	{"megan@contoso.onmicrosoft.com", false, true},
}

// existing are what the directory can hold under the address.
var existing = []string{"nobody", "pending guest", "redeemed guest", "deleted guest", "member's alias", "member's other mail"}

// TestInviteProduct runs the whole product of inviter, allowInvitesFrom, policy, target and existing object.
func TestInviteProduct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	settings := []string{"none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"}
	principals := inviterPrincipals(t, w)
	rows := 0
	for _, target := range targets {
		for _, object := range existing {
			if target.inTenant && object != "nobody" {
				continue // no guest can bear an address of the tenant
			}
			old := w.Fork(w.Snapshot())
			guest := prepare(t, w, old, target.address, object)
			for _, policy := range policies {
				for _, setting := range settings {
					with := old.Fork(old.Snapshot())
					if err := with.Update(func(tx *state.Tx) error {
						if err := policy.set(tx, w); err != nil {
							return err
						}
						return directory.SetAuthorization(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, map[string]any{"allowInvitesFrom": setting})
					}); err != nil {
						t.Fatal(err)
					}
					for _, inviter := range inviters {
						for _, asMember := range []bool{false, true} {
							rows++
							want := problem.None
							refused := policy.other
							if target.fabrikam {
								refused = policy.fabrikam
							}
							switch {
							case !slices.Contains(inviter.holds, setting):
								want = problem.InvitesNotAllowed
							case asMember && !inviter.member:
								want = problem.InsufficientRights
							case target.inTenant:
								want = problem.InviteeInTenant
							case refused != problem.None:
								want = refused
							case object == "member's alias":
								want = problem.ObjectConflict
							}
							r := request(target.address)
							if asMember {
								r.Type = state.Member
							}
							label := inviter.name + " · " + setting + " · " + policy.name + " · " + target.address + " · " + object
							one(t, with.Fork(with.Snapshot()), principals[inviter.name], r, label, want, object, guest)
						}
					}
				}
			}
		}
	}
	if rows < 5000 {
		t.Errorf("%d rows: the product is not whole", rows)
	}
}

func one(t *testing.T, s *state.Store, by directory.Principal, r b2b.Request, label string, want problem.Reason, object string, guest state.User) {
	t.Helper()
	var res b2b.Result
	err := s.Update(func(tx *state.Tx) (err error) { res, err = b2b.Manager{}.Invite(tx, by, r); return err })
	if got := problem.ReasonOf(err); err != nil && got != want || err == nil && want != problem.None {
		t.Errorf("%s: %v, want %v", label, err, want)
		return
	}
	if err != nil {
		return
	}
	again := object == "pending guest" || object == "redeemed guest"
	if again != (res.Guest.ID == guest.ID && guest.ID != "") || res.Completed != (object == "redeemed guest") {
		t.Errorf("%s: guest %s, completed %v; there was %s", label, res.Guest.ID, res.Completed, guest.ID)
	}
	if !again && (res.Guest.ExternalState != state.PendingAcceptance || (res.Guest.Type == state.Member) != (r.Type == state.Member)) {
		t.Errorf("%s: guest %+v", label, res.Guest)
	}
}

// inviterPrincipals are the inviters by name, as contoso's directory knows them.
func inviterPrincipals(t *testing.T, w *world) map[string]directory.Principal {
	t.Helper()
	guests := map[string]state.User{}
	for name, email := range map[string]string{"guest": "g1@guests.example", "guest with the role": "g2@guests.example"} {
		res := w.invite(t, email)
		w.update(t, func(tx *state.Tx) (err error) {
			guests[name], err = b2b.Manager{}.Redeem(tx, res.Invitation, w.account(email))
			return err
		})
	}
	w.update(t, func(tx *state.Tx) error {
		_, err := directory.AssignRole(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, directory.GuestInviter, guests["guest with the role"].ID)
		return err
	})
	return map[string]directory.Principal{
		"administrator":       w.as("admin@contoso.com"),
		"guest inviter":       w.as("inviter@contoso.com"),
		"member":              w.as("megan@contoso.com"),
		"guest":               {Tenant: w.contoso.ID, User: guests["guest"]},
		"guest with the role": {Tenant: w.contoso.ID, User: guests["guest with the role"]},
		"application":         {Tenant: w.contoso.ID, AppID: "app", ServicePrincipalID: "sp", Roles: []string{"User.Invite.All"}},
		"system":              directory.SystemPrincipal(w.contoso.ID),
	}
}

// prepare puts the existing object into a world and returns the guest, if it is one.
func prepare(t *testing.T, w *world, s *state.Store, address, object string) (guest state.User) {
	t.Helper()
	err := s.Update(func(tx *state.Tx) (err error) {
		megan := w.people["megan@contoso.com"]
		switch object {
		case "member's alias":
			megan.ProxyAddresses = append([]string{"smtp:" + address}, megan.ProxyAddresses...)
			tx.PutUser(megan)
			return nil
		case "member's other mail":
			megan.OtherMails = []string{address}
			tx.PutUser(megan)
			return nil
		case "nobody":
			return nil
		}
		res, err := b2b.Manager{}.Invite(tx, w.as("admin@contoso.com"), request(address))
		if err != nil {
			return err
		}
		guest = res.Guest
		switch object {
		case "redeemed guest":
			guest, err = b2b.Manager{}.Redeem(tx, res.Invitation, directory.Discover(tx, address).Account)
		case "deleted guest":
			err = directory.DeleteUser(tx, w.as("admin@contoso.com"), guest)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return guest
}
