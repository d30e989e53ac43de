package tokens

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// longestLife is how long the last token of a retired key can live.
const longestLife = 29 * time.Hour

// signingKey is the key that a world signs with.
func (s *Service) signingKey(w state.World) (*Key, error) {
	if len(w.ActiveKeys) == 0 {
		return s.Keys.at(0)
	}
	if k, ok := s.Keys.byID(w.ActiveKeys[0]); ok {
		return k, nil
	}
	return nil, fmt.Errorf("signing keys: the world's key %s is not in the pool", w.ActiveKeys[0])
}

// Published returns the keys that the world's documents list: the one that signs, the next one if it is known, and retired
// ones until their tokens have ended.
func (s *Service) Published(tx *state.Tx) ([]*Key, error) {
	w := tx.World()
	active, err := s.signingKey(w)
	if err != nil {
		return nil, err
	}
	keys := []*Key{active}
	// A key that would have to be made up is not announced where keys were given: the same keys give the same bytes.
	if used := max(1, len(w.ActiveKeys)); s.Keys.given == 0 || used < s.Keys.given {
		next, err := s.nextKey(w)
		if err != nil {
			return nil, err
		}
		keys = append(keys, next)
	}
	for _, id := range w.ActiveKeys[min(1, len(w.ActiveKeys)):] {
		if k, ok := s.Keys.byID(id); ok && served(w, id, tx.Now()) {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// nextKey is the first key of the pool that the world has never used.
func (s *Service) nextKey(w state.World) (*Key, error) {
	for i := range maxSlots {
		k, err := s.Keys.at(i)
		if err != nil {
			return nil, err
		}
		if len(w.ActiveKeys) == 0 && i == 0 || slices.Contains(w.ActiveKeys, k.ID) {
			continue
		}
		return k, nil
	}
	return s.Keys.at(maxSlots)
}

// served tells whether a key of a world counts: active, or retired not long ago.
func served(w state.World, id string, now time.Time) bool {
	end, retired := w.RetiredKeys[id]
	return !retired || now.Before(end)
}

// Rotated are the keys after a rotation, by id.
type Rotated struct{ Active, Retired string }

// Rotate makes the next key sign. The retired one is served, and its tokens are good, until the last of them ends. It
// fails when the process has no more keys to give.
func (s *Service) Rotate(tx *state.Tx) (Rotated, error) {
	w := tx.World()
	old, err := s.signingKey(w)
	if err != nil {
		return Rotated{}, err
	}
	next, err := s.nextKey(w)
	if err != nil {
		return Rotated{}, err
	}
	rest := slices.DeleteFunc(slices.Clone(w.ActiveKeys), func(id string) bool { return id == old.ID })
	w.ActiveKeys = append([]string{next.ID, old.ID}, rest...)
	w.RetiredKeys = maps.Clone(w.RetiredKeys)
	if w.RetiredKeys == nil {
		w.RetiredKeys = map[string]time.Time{}
	}
	w.RetiredKeys[old.ID] = tx.Now().Add(longestLife)
	tx.PutWorld(w)
	return Rotated{Active: next.ID, Retired: old.ID}, nil
}

// verifyingKey is the public key by which a world's token can be checked.
func (s *Service) verifyingKey(tx *state.Tx, id string) (*Key, bool) {
	w := tx.World()
	if len(w.ActiveKeys) == 0 {
		k, err := s.Keys.at(0)
		return k, err == nil && k.ID == id
	}
	if !slices.Contains(w.ActiveKeys, id) || !served(w, id, tx.Now()) {
		return nil, false
	}
	return s.Keys.byID(id)
}
