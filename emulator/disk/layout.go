package disk

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/fxamacker/cbor/v2"
	"go.etcd.io/bbolt"
)

// Format is the number of the layout, and of the shape of the records in it: a test tells when it has to be raised.
const Format = 4

const (
	fileName = "worlds.db"
	nextName = "worlds.db.new" // while a file is written anew
	lockName = "lock"
)

// The buckets, and what is in them.
const (
	bucketHead    = "head"    // format, program, sum
	bucketSecrets = "secrets" // of the process: name → bytes
	bucketWorlds  = "worlds"  // name → worldRow
	bucketLayers  = "layers"  // id → layerRow
	bucketRecords = "records" // layer id, table, 0, key → record, or gone
	bucketChunks  = "chunks"  // SHA-256 → bytes
)

const (
	keyFormat  = "format"
	keyProgram = "program" // that wrote the file, for people
	keySum     = "sum"
)

func buckets() []string {
	return []string{bucketHead, bucketSecrets, bucketWorlds, bucketLayers, bucketRecords, bucketChunks}
}

// worldRow is a world in the file.
type worldRow struct {
	Name, Parent string
	Created      time.Time // by the world's clock
	Listens      bool
	Idle         time.Duration
	Now, Start   uint64 // layers
	Snapshots    map[string]snapshotRow
}

type snapshotRow struct {
	Layer uint64
	Taken time.Time // by the world's clock
}

type layerRow struct{ Parent uint64 } // 0: none

// gone is the row of a record that the layers below have and this one has no more: CBOR's null.
const gone = "\xf6"

func layerKey(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

// recordKey is where a layer has a record; rest is what [recordRest] makes of table and key.
func recordKey(layer uint64, rest []byte) []byte { return append(layerKey(layer), rest...) }

func recordRest(table string, key []byte) []byte {
	b := make([]byte, 0, len(table)+1+len(key))
	b = append(b, table...)
	b = append(b, 0)
	return append(b, key...)
}

// sum is over all rows but its own, in any order: their number, and their hashes added up.
type sum struct{ count, hashes uint64 }

func (s *sum) add(bucket string, key, value []byte) { s.count++; s.hashes += hash(bucket, key, value) }

func (s *sum) take(bucket string, key, value []byte) { s.count--; s.hashes -= hash(bucket, key, value) }

func (s sum) bytes() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, s.count), s.hashes)
}

// hash is of one row. A chunk is checked by its own key.
func hash(bucket string, key, value []byte) uint64 {
	h := xxhash.New()
	_, _ = h.WriteString(bucket) // hashes do not fail
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(key))))
	_, _ = h.Write(key)
	if bucket != bucketChunks {
		_, _ = h.Write(value)
	}
	return h.Sum64()
}

// summed tells whether a row counts in the sum.
func summed(bucket string, key []byte) bool { return bucket != bucketHead || string(key) != keySum }

// writing is a transaction on the file that keeps the sum.
type writing struct {
	db  *bbolt.DB
	tx  *bbolt.Tx
	sum sum
	n   int // rows written
}

func beginWriting(db *bbolt.DB, s sum) (*writing, error) {
	tx, err := db.Begin(true)
	return &writing{db: db, tx: tx, sum: s}, err
}

func (w *writing) put(bucket string, key, value []byte) error {
	b := w.tx.Bucket([]byte(bucket))
	if old := b.Get(key); old != nil {
		w.sum.take(bucket, key, old)
	}
	w.sum.add(bucket, key, value)
	w.n++
	return b.Put(key, value)
}

func (w *writing) has(bucket string, key []byte) bool {
	return w.tx.Bucket([]byte(bucket)).Get(key) != nil
}

func (w *writing) delete(bucket string, key []byte) error {
	b := w.tx.Bucket([]byte(bucket))
	old := b.Get(key)
	if old == nil {
		return nil
	}
	w.sum.take(bucket, key, old)
	return b.Delete(key)
}

// putChunk stores bytes under their hash, unless they are there.
func (w *writing) putChunk(key [sha256.Size]byte, chunk []byte) error {
	if w.has(bucketChunks, key[:]) {
		return nil
	}
	return w.put(bucketChunks, key[:], chunk)
}

func (w *writing) putRow(bucket string, key []byte, row any) error {
	text, err := encoder.Marshal(row)
	if err != nil {
		return fmt.Errorf("%s: %w", bucket, err)
	}
	return w.put(bucket, key, text)
}

// commit ends the transaction; everything is on the disk then.
func (w *writing) commit() error {
	if err := w.tx.Bucket([]byte(bucketHead)).Put([]byte(keySum), w.sum.bytes()); err != nil {
		return err
	}
	return w.tx.Commit()
}

// relieve begins a new transaction where the present one has become large. What was written so far must be of no
// consequence without what follows.
func (w *writing) relieve() error {
	const large = 20_000
	if w.n < large {
		return nil
	}
	if err := w.commit(); err != nil {
		return err
	}
	w.n = 0
	var err error
	w.tx, err = w.db.Begin(true)
	return err
}

// create makes the buckets of an empty file.
func (w *writing) create(program string) error {
	for _, name := range buckets() {
		if _, err := w.tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return errors.Join(w.put(bucketHead, []byte(keyFormat), []byte(fmt.Sprint(Format))), w.put(bucketHead, []byte(keyProgram), []byte(program)))
}

// The encoding of rows: every value comes back as it was, nil slices and texts that are no UTF-8 included.
//
//nolint:gochecknoglobals // constants, which cannot be written as such
var (
	encoder = must(cbor.EncOptions{Time: cbor.TimeRFC3339Nano}.EncMode())
	decoder = must(cbor.DecOptions{
		DefaultMapType: mapType, IntDec: cbor.IntDecConvertSignedOrFail, UTF8: cbor.UTF8DecodeInvalid,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		MaxArrayElements: mostElements, MaxMapPairs: mostElements,
	}.DecMode())
)

const mostElements = 1<<31 - 1

func must[T any](v T, err error) T {
	if err != nil {
		panic("disk: " + err.Error()) // the options are constants
	}
	return v
}
