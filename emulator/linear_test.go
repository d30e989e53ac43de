package emulator_test

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/tennantite/tennantite/emulator"
)

var (
	linearOperations = flag.Int("linear.operations", 600, "operations of TestHistoriesAreLinearizableOverTheWire")
	linearSeed       = flag.Uint64("linear.seed", 1, "seed of TestHistoriesAreLinearizableOverTheWire")
)

// What several clients do at once over the wire, to the same guests, group and files, could have been done by them one after
// the other, each at some moment between its call and its answer: porcupine looks for such an order, for each thing apart.
// Listings and deltas are readings of every thing at once.
func TestHistoriesAreLinearizableOverTheWire(t *testing.T) {
	t.Parallel()
	s := startLinear(t)
	const each, clients = 40, 6 // a history so long is judged in milliseconds
	counts := map[string]int{}
	for round := range max(*linearOperations/each/clients, 1) {
		h := s.newHistory(t)
		var wg sync.WaitGroup
		for n := range clients {
			wg.Go(func() {
				c := &linearClient{
					linearHistory: h, n: n, draw: rand.New(rand.NewPCG(*linearSeed, uint64(round*clients+n))),
					guests: map[string]string{}, sizes: map[string]string{},
				}
				for range each {
					c.operate()
				}
			})
		}
		wg.Wait()
		if verdict := porcupine.CheckOperationsTimeout(linearModel(), h.operations, time.Minute); verdict != porcupine.Ok {
			t.Fatalf("round %d with seed %d is %s:\n%s", round, *linearSeed, verdict, h)
		}
		for _, o := range h.operations {
			counts[fmt.Sprintf("%s %t", o.Input.(asked).did, o.Output.(outcomeOf).ok)]++
		}
		must(t, s.emu.DeleteWorld(h.world))
	}
	t.Log("operations and readings, by kind and success:", counts)
}

// asked is what a client did to one thing: a guest by his address, a member of a group, a file by its name.
type asked struct {
	thing, did string
	with       string // the id of a guest to be deleted, the size of a file, the kind of an invitation
}

// outcomeOf is what came back.
type outcomeOf struct {
	ok    bool
	value string // what the thing is, as far as the answer says
}

// linearModel says what each thing is: "" where there is none, "ID pending" or "ID accepted" for a guest, "in" for a member, its
// size for a file.
func linearModel() porcupine.Model {
	return porcupine.Model{
		Partition: func(all []porcupine.Operation) (parts [][]porcupine.Operation) {
			of := map[string][]porcupine.Operation{}
			for _, o := range all {
				thing := o.Input.(asked).thing
				of[thing] = append(of[thing], o)
			}
			for _, part := range of {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() any { return "" },
		Step: func(is, input, output any) (bool, any) {
			return linearStep(is.(string), input.(asked), output.(outcomeOf))
		},
	}
}

// linearStep tells whether an answer fits to what the thing is, and what it is then.
func linearStep(is string, in asked, out outcomeOf) (possible bool, then string) {
	id, _, _ := strings.Cut(is, " ")
	outID, _, _ := strings.Cut(out.value, " ")
	switch in.did {
	case "read":
		return out.value == is, is
	case "write":
		return out.ok, in.with
	case "add":
		return out.ok == (is == ""), "in"
	case "remove": // a guest by his id: another one of the same address is somebody else
		if there := is != "" && (in.with == "" || in.with == id); !out.ok || !there {
			return out.ok == there, is
		}
		return true, ""
	case "invite": // the guest is there at once, and the same one for ever
		if is == "" {
			return out.ok && outID != "", outID + " pending"
		}
		return out.ok && outID == id, is
	case "share": // SharePoint invites whom the directory does not know, and makes nobody
		return !out.ok || outID == id, is
	case "redeem":
		if !out.ok {
			return true, is
		}
		return outID != "" && (outID == id || is == "" && in.with == "sharing-invitation"), outID + " accepted"
	}
	return false, is
}

// linear is what all rounds have in common.
type linear struct {
	emu                *emulator.Emulator
	admin, megan, site string
}

func startLinear(t *testing.T) *linear {
	t.Helper()
	s := &linear{emu: emulator.Start(t)}
	w := newWire(s.emu, emulator.MainWorld)
	s.admin = w.token(t, "admin@contoso.onmicrosoft.com", "contoso.com", graphHost)
	s.megan = w.token(t, "megan@contoso.com", "contoso.com", graphHost)
	var d struct{ ID string }
	w.send(t, http.MethodGet, graphHost+"/v1.0/sites/contoso.sharepoint.com:/sites/project-x:/drive", s.megan, "").read(&d)
	s.site = graphHost + "/v1.0/drives/" + d.ID
	return s
}

// linearHistory is what the clients of a round did, in a world of their own.
type linearHistory struct {
	*linear

	wire    wire
	tb      failing
	world   string
	group   string
	members [2]string
	now     atomic.Int64

	mu         sync.Mutex
	operations []porcupine.Operation
	letters    map[string][]string // address → kinds and links that can be redeemed
	known      map[string][]string // address → ids that guests had
}

func (s *linear) newHistory(t *testing.T) *linearHistory {
	t.Helper()
	w, err := s.emu.Fork("", emulator.MainWorld, false)
	must(t, err)
	h := &linearHistory{linear: s, wire: newWire(s.emu, w.Name), tb: elsewhere{t}, world: w.Name, letters: map[string][]string{}, known: map[string][]string{}}
	var g struct{ ID string }
	h.wire.send(t, http.MethodPost, graphHost+"/v1.0/groups", s.admin, `{"displayName":"Linear","mailNickname":"linear","mailEnabled":false,"securityEnabled":true}`).read(&g)
	h.group = g.ID
	for n, who := range []string{"megan@contoso.com", "alex@contoso.com"} {
		var u struct{ ID string }
		h.wire.send(t, http.MethodGet, graphHost+"/v1.0/users/"+who, s.admin, "").read(&u)
		h.members[n] = u.ID
	}
	return h
}

// elsewhere ends a goroutine that is not the test's own.
type elsewhere struct{ t *testing.T }

func (e elsewhere) Fatalf(format string, args ...any) {
	e.t.Errorf(format, args...)
	runtime.Goexit()
}

// did calls something and notes it for the things that it was about. Moments are counted: what returned before something else
// was called has the smaller number.
func (h *linearHistory) did(client int, ask func() answered, note func(a answered) map[asked]outcomeOf) {
	call := h.now.Add(1)
	a := ask()
	back := h.now.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	for in, out := range note(a) {
		h.operations = append(h.operations, porcupine.Operation{ClientId: client, Input: in, Output: out, Call: call, Return: back})
	}
}

// one is a note about one thing.
func one(in asked, out outcomeOf) map[asked]outcomeOf { return map[asked]outcomeOf{in: out} }

// String is the history in the order of the calls.
func (h *linearHistory) String() string {
	slices.SortFunc(h.operations, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	var b strings.Builder
	for _, o := range h.operations {
		fmt.Fprintf(&b, "%4d-%-4d client %d %+v: %+v\n", o.Call, o.Return, o.ClientId, o.Input, o.Output)
	}
	return b.String()
}
