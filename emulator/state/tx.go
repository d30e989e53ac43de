package state

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/go-memdb"
)

// Tx is one transaction. It is good until the function that it was handed to returns, on that goroutine.
type Tx struct {
	store  *Store
	txn    *memdb.Txn
	write  bool
	now    time.Time
	world  World
	before World
}

// World is what belongs to the world as a whole.
type World struct {
	ID string // "world", the only row

	Frozen   bool          // the clock stands at FrozenAt
	FrozenAt time.Time     // UTC
	Offset   time.Duration // added to the wall clock when not frozen

	Secret   []byte // what tokens and addresses are signed with, see [Tx.Keys]; a fork keeps it
	Seed     uint64 // not 0: identifiers follow from it
	Drawn    uint64 // blocks taken from the seeded source
	Sequence uint64 // last change number

	// Timeline is another number each time that the world was put back to an earlier state; change numbers are given out
	// anew then. Before is the change number up to which the timeline that it was put back to is this one's own past.
	Timeline uint64
	Before   Moment

	Name       string   // the world's name, unique in the process; part of what a token is bound to
	Lineage    []string // token-binding ids of the world and its ancestors, the own one last
	PublicURL  string   // what --public-url says, "" for the addresses as they are
	Lenient    bool     // unknown clients, redirect addresses and missing consent pass
	ActiveKeys []string // ids of the signing keys in use, the active one first; empty is the pool's first
	// RetiredKeys are keys that sign no more and are served until then: when the last token that they signed ends.
	RetiredKeys map[string]time.Time
	Faults      []Fault // ordered rules
	Lag         Lag
}

// Moment is a change number on a timeline.
type Moment struct{ Timeline, Sequence uint64 }

// Fault is a failure injected on purpose (DESIGN section 7).
type Fault struct {
	ID     string
	Match  FaultMatch
	Effect FaultEffect
	Limit  FaultLimit
	Hits   int
}

// FaultMatch says which requests a fault meets; empty members match all.
type FaultMatch struct {
	Host, Method, Path, Tenant, Actor, Client string

	Protocol  string // HTTP/1.1 or HTTP/2.0
	KeptAlive bool   // only what is not the first request of its connection
}

// FaultEffect says what happens to them.
type FaultEffect struct {
	Status     int
	Code       string
	Message    string
	RetryAfter *int // seconds
	Delay      time.Duration
	Drop       bool   // the connection is closed without an answer
	Truncate   bool   // the body ends half way
	LostWrite  bool   // answered as done, nothing changed
	Resync     string // code of the 410 that a delta request gets
	Headers    map[string]string
	RateLimit  *RateLimit
	Body       string // answered as it is in place of the service's own; JSON unless Headers say otherwise
}

// RateLimit is what the RateLimit headers say.
type RateLimit struct {
	Limit, Remaining, Reset int // calls, calls, seconds
}

// FaultLimit bounds how often.
type FaultLimit struct {
	Times       int     // 0: no bound
	Probability float64 // 0: always
	SpareRetry  bool    // a request that a fault refused is let through when it comes again
}

// Lag is replication delay: how long something new, linked or deleted stays unseen.
type Lag struct {
	Object, Relation, Delete LagRule
}

// LagRule is one of immediate (zero), manual n times, or a time span.
type LagRule struct {
	Times int
	Span  time.Duration
}

const worldRow = "world"

func newTx(s *Store, txn *memdb.Txn, write bool) *Tx {
	tx := &Tx{store: s, txn: txn, write: write}
	tx.world, _ = first[World](tx, tableWorld, indexID, worldRow)
	tx.world.ID = worldRow
	tx.before = tx.world
	tx.now = tx.world.FrozenAt
	if !tx.world.Frozen {
		tx.now = s.now().Add(tx.world.Offset).UTC()
	}
	return tx
}

// saveWorld writes the world's row if the sequences moved or a rule changed it.
func (tx *Tx) saveWorld() {
	if tx.world.Drawn != tx.before.Drawn || tx.world.Sequence != tx.before.Sequence || tx.world.Seed != tx.before.Seed ||
		tx.world.Timeline != tx.before.Timeline {
		put(tx, tableWorld, tx.world)
	}
}

// Now is the world's time, the same throughout the transaction, in UTC.
func (tx *Tx) Now() time.Time { return tx.now }

// Date is the world's time as HTTP writes it; false where it is the real one, which servers write by themselves.
func (tx *Tx) Date() (date string, ok bool) {
	if !tx.world.Frozen && tx.world.Offset == 0 {
		return "", false
	}
	return tx.now.Format("Mon, 02 Jan 2006 15:04:05 GMT"), true
}

// Writable tells whether the transaction can change the world.
func (tx *Tx) Writable() bool { return tx.write }

// World returns the world's own record.
func (tx *Tx) World() World { return tx.world }

// PutWorld stores the world's own record: clock, faults, lag and the rest. The sequences are the database's own and stay.
func (tx *Tx) PutWorld(w World) {
	w.ID, w.Drawn, w.Sequence = worldRow, tx.world.Drawn, tx.world.Sequence
	if len(w.Secret) == 0 {
		w.Secret = tx.world.Secret
	}
	tx.world = w
	put(tx, tableWorld, w)
}

// NextSequence takes the next change number of the world.
func (tx *Tx) NextSequence() uint64 {
	tx.world.Sequence++
	return tx.world.Sequence
}

// Sequence is the last change number taken.
func (tx *Tx) Sequence() uint64 { return tx.world.Sequence }

// Moment is where the world is.
func (tx *Tx) Moment() Moment { return Moment{tx.world.Timeline, tx.world.Sequence} }

// Passed tells whether the world has been at a moment, as far as it knows: one of a timeline that was given up, or of a
// distant past, is none of its own.
func (tx *Tx) Passed(m Moment) bool {
	return m.Timeline == tx.world.Timeline && m.Sequence <= tx.world.Sequence ||
		m.Timeline == tx.world.Before.Timeline && m.Sequence <= tx.world.Before.Sequence
}

// Diverge begins a new timeline behind that one and the world's own: what clients were told since the state to which the
// world was put back is no longer its past.
func (tx *Tx) Diverge(from uint64) {
	tx.world.Before = tx.Moment()
	tx.world.Timeline = max(from, tx.world.Timeline) + 1
}

// Read fills b from the world's source of randomness: real, or following from the seed. In a read-only transaction of a
// seeded world every call begins at the same place, so a rule that needs a secret opens an Update.
func (tx *Tx) Read(b []byte) (int, error) {
	if tx.world.Seed == 0 {
		return io.ReadFull(tx.store.rand, b)
	}
	for n := 0; n < len(b); {
		var in [16]byte
		binary.BigEndian.PutUint64(in[:8], tx.world.Seed)
		binary.BigEndian.PutUint64(in[8:], tx.world.Drawn)
		tx.world.Drawn++
		block := sha256.Sum256(in[:])
		n += copy(b[n:], block[:])
	}
	return len(b), nil
}

// Stir makes what is drawn from now on follow from a text as well: one that another world of the same seed has written down
// names identifiers that this one would draw again. Without a seed it does nothing.
func (tx *Tx) Stir(text []byte) {
	if tx.world.Seed == 0 {
		return
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(slices.Clip(text), tx.world.Seed))
	tx.world.Seed = max(binary.BigEndian.Uint64(sum[:8]), 1)
}

// Bytes returns n bytes from the world's source.
func (tx *Tx) Bytes(n int) []byte {
	b := make([]byte, n)
	if _, err := tx.Read(b); err != nil {
		panic("state: no randomness: " + err.Error()) // the operating system's source does not fail
	}
	return b
}

// NewID returns a new GUID (version 4) in lower case.
func (tx *Tx) NewID() string {
	var u uuid.UUID
	copy(u[:], tx.Bytes(16))
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}

// RequestID names an answer to a call that changed nothing, or has not yet. In a seeded world it follows from the world's
// sequences and from what tells the call from others; it takes nothing from the source, so that reading draws nothing.
func (tx *Tx) RequestID(call string) string {
	if tx.world.Seed == 0 {
		return tx.NewID()
	}
	b := binary.BigEndian.AppendUint64(nil, tx.world.Seed)
	b = binary.BigEndian.AppendUint64(b, tx.world.Sequence)
	sum := sha256.Sum256(append(b, call...))
	u := uuid.UUID(sum[:16])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}

// NewSecret returns a new URL-safe secret of n random bytes.
func (tx *Tx) NewSecret(n int) string { return base64.RawURLEncoding.EncodeToString(tx.Bytes(n)) }

// NewPUID returns the 16 hex digits by which the service knows an account: a work account's begin with 1003, a personal
// one's with 0003.
func (tx *Tx) NewPUID(personal bool) string {
	prefix := "1003"
	if personal {
		prefix = "0003"
	}
	const hexDigits = 12
	return prefix + upperHex(tx.Bytes(hexDigits/2))
}

func upperHex(b []byte) string {
	s := []byte(hex.EncodeToString(b))
	for i, c := range s {
		if c >= 'a' {
			s[i] = c - 'a' + 'A'
		}
	}
	return string(s)
}

// Wall is the time outside of the world, for setting its clock.
func (tx *Tx) Wall() time.Time { return tx.store.now().UTC() }
