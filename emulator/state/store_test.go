package state

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	contoso  = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"
	fabrikam = "d7c9e0a2-58f4-4b1b-8a36-91c5f0b7e3d2"
)

func update(tb testing.TB, s *Store, f func(*Tx)) {
	tb.Helper()
	if err := s.Update(func(tx *Tx) error { f(tx); return nil }); err != nil {
		tb.Fatal(err)
	}
}

func view(tb testing.TB, s *Store, f func(*Tx)) {
	tb.Helper()
	if err := s.View(func(tx *Tx) error { f(tx); return nil }); err != nil {
		tb.Fatal(err)
	}
}

func user(tenant, id, upn string) User {
	return User{TenantID: tenant, ID: id, Type: Member, UserPrincipalName: upn, Mail: upn, DisplayName: upn}
}

// TestSchema holds the rule that a look-up begins with the tenant; what is global is named here with its reason.
func TestSchema(t *testing.T) {
	t.Parallel()
	s := schema()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	global := map[string]string{
		tableWorld: "the world's own row", tableTenants: "organisations themselves",
		tableApplications + "." + indexAppID: "a client id is known to every tenant's sign-in",
		tableApplications + "." + indexURI:   "so is an identifier URI",
		tableAuthCodes:                       "who shows a secret has not said where he comes from", tableRefreshTokens: "likewise",
		tableDeviceCodes: "likewise", tableSessions: "likewise", tableOneTimeCodes: "likewise",
		tableUploads: "the address is the secret", tableOperations: "likewise",
		tableMessages: "an address belongs to no tenant", tableEvents + "." + indexSeq: "the control plane's timeline",
	}
	records := map[string]any{
		tablePartners: &CrossTenantPartner{TenantID: "T"}, tablePolicies: &Policy{TenantID: "T"}, tableUsers: &User{TenantID: "T"},
		tableGroups: &Group{TenantID: "T"}, tableMemberships: &Membership{TenantID: "T"}, tableTombstones: &Tombstone{TenantID: "T"},
		tableRoleAssignments: &RoleAssignment{TenantID: "T"}, tableActivatedRoles: &ActivatedRole{TenantID: "T"},
		tableApplications: &Application{TenantID: "T"}, tableServicePrincipals: &ServicePrincipal{TenantID: "T"},
		tableGrants: &PermissionGrant{TenantID: "T"}, tableAppRoles: &AppRoleAssignment{TenantID: "T"},
		tableInvitations: &Invitation{TenantID: "T"}, tableSharingInvitations: &SharingInvitation{TenantID: "T"},
		tableSites: &Site{TenantID: "T"}, tableSiteUsers: &SiteUser{TenantID: "T"}, tableSiteGroups: &SiteGroup{TenantID: "T"},
		tableLists: &List{TenantID: "T"}, tableItems: &Item{TenantID: "T"}, tablePermissions: &Permission{TenantID: "T"},
		tableLinks: &Link{TenantID: "T"}, tableAccessRequests: &AccessRequest{TenantID: "T"}, tableSignIns: &SignIn{TenantID: "T"},
		tableEvents: &Event{TenantID: "T"}, tableSubscriptions: &Subscription{TenantID: "T"},
	}
	for name, table := range s.Tables {
		for index, x := range table.Indexes {
			if global[name] != "" || global[name+"."+index] != "" {
				continue
			}
			r, known := records[name]
			if !known {
				t.Errorf("table %s: say whether it is global, or give a record", name)
				continue
			}
			if single, ok := x.Indexer.(interface {
				FromObject(any) (bool, []byte, error)
			}); ok {
				filed, key, err := single.FromObject(r)
				if err != nil || filed && !strings.HasPrefix(string(key), "T\x00") {
					t.Errorf("index %s.%s does not begin with the tenant: %q, %v", name, index, key, err)
				}
			}
		}
	}
}

// TestTenants keeps organisations apart, also one whose id begins with the other's.
func TestTenants(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	update(t, s, func(tx *Tx) {
		tx.PutUser(user("t1", "a", "a@x"))
		tx.PutUser(user("t12", "b", "b@x"))
		tx.PutUser(user("t12", "a", "a@y"))
	})
	view(t, s, func(tx *Tx) {
		if got := slices.Collect(tx.Users("t1")); len(got) != 1 || got[0].ID != "a" {
			t.Errorf("users of t1: %v", got)
		}
		if got := slices.Collect(tx.UsersFrom("t1", "")); len(got) != 1 {
			t.Errorf("users of t1 from the start: %v", got)
		}
		if u, ok := tx.User("t1", "b"); ok {
			t.Errorf("t1 finds %v of t12", u)
		}
		if u, _ := tx.User("t12", "A"); u.UserPrincipalName != "a@y" {
			t.Errorf("the same id in t12 is %v", u)
		}
		if got := slices.Collect(tx.UsersSince("t1", 0)); len(got) != 1 {
			t.Errorf("changes of t1: %v", got)
		}
	})
}

func TestValues(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	mails := []string{"one@x", "two@x"}
	update(t, s, func(tx *Tx) {
		u := user(contoso, "1", "u@x")
		u.OtherMails = mails
		tx.PutUser(u)
	})
	mails[0] = "changed"
	view(t, s, func(tx *Tx) {
		u, _ := tx.User(contoso, "1")
		if u.OtherMails[0] != "one@x" {
			t.Error("the stored record shares a slice with its writer")
		}
	})
	update(t, s, func(tx *Tx) {
		u, _ := tx.User(contoso, "1")
		u.Mail, u.OtherMails, u.UserPrincipalName = "new@x", nil, "new@x"
		tx.PutUser(u)
		if got := slices.Collect(tx.UsersByAddress(contoso, "two@x")); len(got) != 0 {
			t.Error("the old address still finds the user in its own transaction")
		}
		if got := slices.Collect(tx.UsersByAddress(contoso, "NEW@x")); len(got) != 1 {
			t.Error("the new address does not find the user in its own transaction")
		}
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	refused := errors.New("refused")
	if err := s.Update(func(tx *Tx) error { tx.PutUser(user(contoso, "1", "u@x")); return refused }); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = s.Update(func(tx *Tx) error { tx.PutUser(user(contoso, "2", "v@x")); panic("x") })
	}()
	view(t, s, func(tx *Tx) {
		if got := slices.Collect(tx.Users(contoso)); len(got) != 0 {
			t.Errorf("what failed left %v", got)
		}
	})
	update(t, s, func(tx *Tx) { tx.PutUser(user(contoso, "3", "w@x")) }) // the writer's lock is free again
}

// TestFork holds snapshot, restore and fork: each world goes its own way, transactions under way end as they began.
func TestFork(t *testing.T) {
	t.Parallel()
	names := func(s *Store) (out []string) {
		view(t, s, func(tx *Tx) {
			for u := range tx.Users(contoso) {
				out = append(out, u.ID)
			}
		})
		return out
	}
	s := New(Options{})
	update(t, s, func(tx *Tx) { tx.PutUser(user(contoso, "1", "u@x")) })
	p := s.Snapshot()
	f := s.Fork(p)
	update(t, s, func(tx *Tx) { tx.PutUser(user(contoso, "2", "v@x")) })
	update(t, f, func(tx *Tx) { tx.PutUser(user(contoso, "3", "w@x")) })
	if got := names(s); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("the first world has %v", got)
	}
	if got := names(f); !slices.Equal(got, []string{"1", "3"}) {
		t.Errorf("the fork has %v", got)
	}
	view(t, s, func(tx *Tx) {
		s.Restore(p)
		if got := len(slices.Collect(tx.Users(contoso))); got != 2 {
			t.Errorf("a read under way saw the restore: %d users", got)
		}
	})
	if got := names(s); !slices.Equal(got, []string{"1"}) {
		t.Errorf("restored, the world has %v", got)
	}
	if got := names(f); !slices.Equal(got, []string{"1", "3"}) {
		t.Errorf("the fork was restored too: %v", got)
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	closed := func(c <-chan struct{}) bool {
		select {
		case <-c:
			return true
		default:
			return false
		}
	}
	c := s.Changed()
	if closed(c) || closed(s.Changed()) {
		t.Error("nothing has changed yet")
	}
	_ = s.Update(func(*Tx) error { return errors.New("refused") })
	if closed(c) {
		t.Error("what was refused changed nothing")
	}
	update(t, s, func(tx *Tx) { tx.PutUser(user(contoso, "1", "u@x")) })
	if !closed(c) || closed(s.Changed()) {
		t.Error("a commit wakes who waits, once")
	}
	c = s.Changed()
	s.Restore(s.Snapshot())
	if !closed(c) {
		t.Error("a restore is a change")
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	wall := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return wall }})
	now := func() (n time.Time) {
		view(t, s, func(tx *Tx) { n = tx.Now() })
		return n
	}
	set := func(f func(*World)) {
		update(t, s, func(tx *Tx) { w := tx.World(); f(&w); tx.PutWorld(w) })
	}
	if got := now(); !got.Equal(wall) {
		t.Errorf("real: %v", got)
	}
	set(func(w *World) { w.Offset = time.Hour })
	if got := now(); !got.Equal(wall.Add(time.Hour)) {
		t.Errorf("moved: %v", got)
	}
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	set(func(w *World) { w.Frozen, w.FrozenAt = true, at })
	wall = wall.Add(time.Minute)
	if got := now(); !got.Equal(at) {
		t.Errorf("frozen: %v", got)
	}
}

// TestSeed holds determinism: the same seed and the same calls give the same identifiers, also in a fork.
func TestSeed(t *testing.T) {
	t.Parallel()
	draw := func(s *Store) (ids []string) {
		for range 3 {
			update(t, s, func(tx *Tx) { ids = append(ids, tx.NewID(), tx.NewSecret(40), tx.NewPUID(false)) })
		}
		return ids
	}
	a, b := New(Options{Seed: 7}), New(Options{Seed: 7})
	first := draw(a)
	if second := draw(b); !slices.Equal(first, second) {
		t.Errorf("%v\n%v", first, second)
	}
	if other := draw(New(Options{Seed: 8})); slices.Equal(first, other) {
		t.Error("another seed gives the same identifiers")
	}
	if again := draw(a); slices.Equal(first, again) {
		t.Error("identifiers repeat")
	}
	slices.Sort(first)
	if len(slices.Compact(first)) != 9 {
		t.Errorf("identifiers are not unique: %v", first)
	}
	p := a.Snapshot()
	if x, y := draw(a.Fork(p)), draw(a.Fork(p)); !slices.Equal(x, y) {
		t.Error("two forks of one snapshot differ")
	}
	random := New(Options{})
	if x, y := draw(random), draw(random); slices.Equal(x, y) {
		t.Error("without a seed identifiers repeat")
	}
}

// TestSequence holds what a delta stands on: each change takes the next number, upkeep keeps the old one, what is removed
// for good leaves a tombstone.
func TestSequence(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	var before uint64
	update(t, s, func(tx *Tx) {
		for _, id := range []string{"1", "2", "3"} {
			tx.PutItem(Item{TenantID: contoso, ListID: "l", ID: id, Number: int(id[0] - '0'), ParentID: "r", Name: id})
		}
		tx.PutItem(Item{TenantID: fabrikam, ListID: "l", ID: "9", Number: 9, ParentID: "r", Name: "9"})
		before = tx.Sequence()
	})
	update(t, s, func(tx *Tx) {
		two, _ := tx.Item(contoso, "L", "2")
		one, _ := tx.Item(contoso, "l", "1")
		three, _ := tx.Item(contoso, "l", "3")
		one.Size = 5
		tx.KeepItem(one)
		two.Name = "two"
		tx.PutItem(two)
		tx.PurgeItem(three, nil)
	})
	view(t, s, func(tx *Tx) {
		var changed []string
		for i := range tx.ItemsSince(contoso, "l", before) {
			changed = append(changed, i.ID)
		}
		if !slices.Equal(changed, []string{"2"}) {
			t.Errorf("changed: %v", changed)
		}
		gone := slices.Collect(tx.TombstonesSince(contoso, "l", before))
		if len(gone) != 1 || gone[0].ID != "3" || gone[0].Seq <= before {
			t.Errorf("tombstones: %v", gone)
		}
		if kept, _ := tx.Item(contoso, "l", "1"); kept.Size != 5 {
			t.Error("upkeep was lost")
		}
		if _, ok := tx.ItemByName(contoso, "l", "r", "TWO"); !ok {
			t.Error("a name is not found in another case")
		}
		if _, ok := tx.ItemByName(contoso, "l", "r", "2"); ok {
			t.Error("the old name is still found")
		}
	})
}

func TestNameKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"Readme.TXT", "readme.txt", true},
		{"Zo\u00eb", "Zoe\u0308", true},
		{"Straße", "Strasse", false},
		{"a", "b", false},
	} {
		if got := NameKey(tt.a) == NameKey(tt.b); got != tt.same {
			t.Errorf("%q and %q collide: %v", tt.a, tt.b, got)
		}
	}
}
