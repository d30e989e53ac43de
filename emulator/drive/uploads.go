package drive

import (
	"slices"
	"strconv"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The service's limits on upload sessions.
const (
	MaxFragment   = 60 << 20  // bytes of one range
	MaxFile       = 250 << 30 // bytes of a file
	sessionLife   = 7 * 24 * time.Hour
	sessionSecret = 32
)

// UploadSpec is what a client says of a file that it is going to send in ranges.
type UploadSpec struct {
	Parent                    state.Item
	Name                      string
	Size                      int64 // -1: not said
	Conflict                  Conflict
	IfMatch                   string
	DeferCommit               bool
	FSCreatedAt, FSModifiedAt time.Time
	Description               string
	By                        state.Actor
}

// StartUpload opens an upload session: Upload ─ range ─ range ─► complete ─► file, or cancelled, or expired. It fails
// with NameExists, NameInvalid, NotAFile, PreconditionFailed or QuotaExceeded, before a byte is sent.
func StartUpload(tx *state.Tx, l state.List, u UploadSpec) (state.UploadSession, error) {
	parent, err := alive(tx, u.Parent)
	if err != nil {
		return state.UploadSession{}, err
	}
	if err := checkPlace(tx, l, parent, u.Name, false); err != nil {
		return state.UploadSession{}, err
	}
	there, taken := tx.ItemByName(l.TenantID, l.ID, parent.ID, u.Name)
	switch {
	case taken && u.Conflict == Fail:
		return state.UploadSession{}, nameTaken(u.Name)
	case taken && u.Conflict != Rename && there.Kind != state.File:
		return state.UploadSession{}, problem.For(problem.Conflict, problem.NotAFile, u.Name, "A folder of that name exists under the parent.")
	case u.IfMatch != "":
		if err := matchTag(there, u.IfMatch); err != nil {
			return state.UploadSession{}, err
		}
	}
	if u.Size > MaxFile {
		return state.UploadSession{}, problem.New(problem.TooLarge, problem.LimitExceeded, "The file is larger than the service allows.")
	}
	if err := fits(tx, l, u.Size); err != nil {
		return state.UploadSession{}, err
	}
	s := state.UploadSession{
		ID: tx.NewSecret(sessionSecret), TenantID: l.TenantID, ListID: l.ID, ParentID: parent.ID, Name: u.Name, Size: u.Size,
		Conflict: string(u.Conflict), IfMatch: u.IfMatch, DeferCommit: u.DeferCommit, FSCreatedAt: u.FSCreatedAt,
		FSModifiedAt: u.FSModifiedAt, Description: u.Description, Actor: u.By, ExpiresAt: tx.Now().Add(sessionLife),
	}
	tx.PutUploadSession(s)
	return s, nil
}

// FindUpload returns a session by the secret in its address. It fails with SessionNotFound, also when its time is over.
func FindUpload(tx *state.Tx, id string) (state.UploadSession, error) {
	u, ok := tx.UploadSession(id)
	if !ok || !tx.Now().Before(u.ExpiresAt) {
		return state.UploadSession{}, problem.New(problem.NotFound, problem.SessionNotFound, "The upload session was not found")
	}
	return u, nil
}

// Expected is what a session waits for, as nextExpectedRanges says it; nothing where all is there.
func Expected(u state.UploadSession) []string {
	if u.Complete {
		return nil
	}
	from := strconv.FormatInt(u.Received, 10) + "-"
	if u.Size > 0 {
		from += strconv.FormatInt(u.Size-1, 10)
	}
	return []string{from}
}

// Append adds the next range; total is the size of the file as the client says it (-1: not said). It fails with
// RangeOverlap for bytes that were received already, RangeInvalid for a range out of order or another total, and TooLarge.
// The session extends its life.
func Append(tx *state.Tx, u state.UploadSession, f Fragment, total int64) (state.UploadSession, error) {
	bad := func(r problem.Reason, text string) (state.UploadSession, error) {
		return state.UploadSession{}, problem.For(problem.Invalid, r, "Content-Range", "%s", text)
	}
	switch {
	case f.Size > MaxFragment:
		return state.UploadSession{}, problem.New(problem.TooLarge, problem.LimitExceeded, "A range may hold at most %d bytes.", MaxFragment)
	case u.Size >= 0 && total >= 0 && total != u.Size:
		return bad(problem.RangeInvalid, "The declared total size differs from that of the session.")
	case f.Offset < u.Received || u.Complete:
		return bad(problem.RangeOverlap, "The range has been received already.")
	case f.Offset > u.Received:
		return bad(problem.RangeInvalid, "Ranges must be sent in order.")
	}
	if total >= 0 {
		u.Size = total
	}
	if u.Size >= 0 && f.Offset+f.Size > u.Size {
		return bad(problem.RangeInvalid, "The range goes beyond the end of the file.")
	}
	for n := range u.Register {
		u.Register[n] ^= f.Register[n]
	}
	u.Chunks = slices.Concat(u.Chunks, f.Chunks)
	u.Received += f.Size
	u.Complete = u.Received == u.Size
	u.ExpiresAt = tx.Now().Add(sessionLife)
	tx.PutUploadSession(u)
	return u, nil
}

// Commit makes the file of a complete session and ends the session. It fails with RangeInvalid where bytes are missing,
// ParentNotFound where the folder has gone, and as [PutFile].
func Commit(tx *state.Tx, u state.UploadSession) (l state.List, i state.Item, created bool, err error) {
	if !u.Complete {
		return l, i, false, problem.New(problem.Invalid, problem.RangeInvalid, "The upload session is not complete.")
	}
	l, ok := tx.List(u.TenantID, u.ListID)
	parent, found := tx.Item(u.TenantID, u.ListID, u.ParentID)
	if !ok || !found || !parent.DeletedAt.IsZero() {
		return l, i, false, problem.New(problem.NotFound, problem.ParentNotFound, "The folder of the upload has been deleted.")
	}
	i, created, err = PutFile(tx, l, parent, FileSpec{
		Name:     u.Name,
		Content:  &state.Content{Chunks: u.Chunks, Size: u.Received, QuickXor: quickXorSum(u.Register, u.Received)},
		Conflict: Conflict(u.Conflict), FSCreatedAt: u.FSCreatedAt, FSModifiedAt: u.FSModifiedAt,
		Description: u.Description, IfMatch: u.IfMatch, By: u.Actor,
	})
	if err != nil {
		return l, i, false, err
	}
	tx.DeleteUploadSession(u)
	return l, i, created, nil
}

// CancelUpload ends a session without a file.
func CancelUpload(tx *state.Tx, u state.UploadSession) { tx.DeleteUploadSession(u) }
